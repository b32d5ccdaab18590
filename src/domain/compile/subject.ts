import Cypher from '@neo4j/cypher-builder'
import type { Scope } from './scope.ts'
import { isPresent, labelsIn, namesIn } from './world.ts'

/** A twin, a component or a relationship that a query met, and what is said of it in the query's world. */
export interface Subject {
  /** What it is: relationships hang from it. */
  readonly node: Cypher.Node
  /** What holds its values: in the present the same, else the state of then. */
  readonly state: Cypher.Node
  /** A list of what scenarios say of it, the nearest first; null where they say nothing. Absent in worlds without scenarios. */
  readonly words?: Cypher.Variable
  /** The relationship that led to it. */
  readonly edge?: Cypher.Relationship
}

/** A subject to be met. */
export function newSubject({ world }: Scope, edge?: Cypher.Relationship): Subject {
  const node = new Cypher.Node()
  return { node, state: isPresent(world) ? node : new Cypher.Node(), ...(world.isBranch && { words: new Cypher.Variable() }), ...(edge && { edge }) }
}

/** What has its values in every world: a relationship. */
export function relationshipSubject(edge: Cypher.Relationship): Subject {
  const values = edge as unknown as Cypher.Node // properties are read of it, nothing else
  return { node: values, state: values }
}

/** The variables that stand for it. */
export function variablesOf({ node, state, words, edge }: Subject): Cypher.Variable[] {
  return [...new Set([edge, node, state, words])].filter((variable) => variable !== undefined)
}

/** The value of a column. Where a scenario sets it, be it to nothing, that is its value. */
export function valueOf({ state, words }: Subject, column: string | Cypher.Variable): Cypher.Expr {
  const below = state.property(column)
  if (!words) return below
  const over = new Cypher.Case().when(Cypher.isNull(words)).then(below)
  const [word, sum] = [new Cypher.Variable(), new Cypher.Variable()]
  switch (column) {
    case '_id': case '_t': case '_model': case '_from': return below
    case '_v': return over.else(Cypher.reduce(sum, below, word, words, Cypher.plus(sum, word.property('_v'))))
    case '_since': return over.else(Cypher.reduce(sum, below, word, words, new Cypher.Case().when(Cypher.gt(word.property('_since'), sum)).then(word.property('_since')).else(sum)))
    default: {
      const said = new Cypher.ListComprehension(word).in(words).where(Cypher.in(typeof column === 'string' ? new Cypher.Literal(column) : column, word.property('_set'))).map(word.property(column))
      return over.else(Cypher.head(Cypher.plus(said, new Cypher.List([below]))))
    }
  }
}

/** The names of all its columns, some twice. */
export function columnNames({ state, words }: Subject): Cypher.Expr {
  if (!words) return Cypher.keys(state)
  const [word, names] = [new Cypher.Variable(), new Cypher.Variable()]
  return Cypher.reduce(names, Cypher.keys(state), word, Cypher.coalesce(words, new Cypher.List([])), Cypher.plus(names, Cypher.coalesce(word.property('_set'), new Cypher.List([]))))
}

/** Is it of the type, in its world? */
export function hasType({ world }: Scope, { state }: Subject, type: string): Cypher.Predicate {
  return state.hasLabel(labelsIn(world, type))
}

/** The same of a type that is known when the statement runs. */
export function hasTypeNamed({ world, parameters }: Scope, { state }: Subject, type: (variables: Readonly<Record<string, unknown>>) => string): Cypher.Predicate {
  if (isPresent(world)) return Cypher.in(parameters.add(type), Cypher.labels(state))
  const label = new Cypher.Variable()
  return Cypher.any(label, parameters.add((variables) => namesIn(world, type(variables))), Cypher.in(label, Cypher.labels(state)))
}
