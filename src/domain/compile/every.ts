import Cypher from '@neo4j/cypher-builder'
import { constrainedWith, twinById } from './anchor.ts'
import { constrained, sequence } from './clauses.ts'
import { isNotDeleted, isOwn, isUnworded } from './exists.ts'
import type { Scope } from './scope.ts'
import { lookUps } from './state.ts'
import { type Subject, variablesOf } from './subject.ts'
import { isPresent } from './world.ts'

/** A filter in two parts: `own` looks at a twin's columns only, `far` at what it is related to. */
export interface Filter {
  readonly own: Cypher.Predicate | undefined
  readonly far: Cypher.Predicate | undefined
}

export type FilterOf = (subject: Subject) => Filter

/**
 * All twins of a type that pass the filter. In other worlds than the present they come from several places: those that are still as they were; states that ended,
 * and twins; what a scenario speaks of; what it made. Of the first two, which are many, columns are looked at where they lie, so that indexes serve.
 * Of a state that ended it is not known yet which twin it was (`identified` finds that for the few that are left), but where the filter has to know.
 */
export function everyTwin(scope: Scope, subject: Subject, type: string, filter: FilterOf): Cypher.Clause {
  const { world } = scope
  const { own, far } = filter(subject)
  if (isPresent(world)) return constrained(new Cypher.Match(ofType(scope, subject.node, [type])), own, far)
  const { own: plain } = filter({ node: subject.node, state: subject.state })
  const sources = [
    unchanged(scope, subject, type, plain),
    ...(world.isPast ? [ended(scope, subject, type, plain, far !== undefined)] : []),
    ...(world.isBranch ? [spokenOf(scope, subject, type), made(scope, subject, type)] : []),
  ]
  const found = new Cypher.Call(new Cypher.Union(...sources).all(), [])
  const left = world.isBranch ? [own, far] : [far]
  return left.some((test) => test !== undefined) ? sequence(found, constrainedWith(new Cypher.With(...variablesOf(subject)), ...left)) : found
}

/** Binds the node of a state that was found without it. */
export function identified(scope: Scope, subject: Subject): Cypher.Clause | undefined {
  const { world } = scope
  if (!world.isPast) return undefined
  const { node, state } = subject
  const others = variablesOf(subject).filter((variable) => variable !== node)
  return new Cypher.With(...others, [new Cypher.Case().when(Cypher.isNull(node)).then(identityOf(scope, state)).else(node), node])
}

const ofType = ({ tenantLabel }: Scope, node: Cypher.Node, types: readonly string[]): Cypher.Pattern => new Cypher.Pattern(node, { labels: Cypher.labelExpr.and(types.length === 1 ? types[0] ?? '' : Cypher.labelExpr.or(...types), tenantLabel) })

/** Those whose present state is that of then, and of which no scenario speaks. */
function unchanged(scope: Scope, subject: Subject, type: string, own: Cypher.Predicate | undefined): Cypher.Clause {
  const { state } = subject
  const match = constrained(new Cypher.Match(ofType(scope, state, [type])), own, scope.world.isPast ? Cypher.lte(state.property('_since'), scope.at()) : undefined, ...marks(scope, state))
  return found(match, subject, state)
}

/** States that ended after then, of twins that are and of twins that were. The property stands on the left: else Neo4j uses no index on it. */
function ended(scope: Scope, subject: Subject, type: string, own: Cypher.Predicate | undefined, isIdentified: boolean): Cypher.Clause {
  const { state } = subject
  const match = new Cypher.Match(ofType(scope, state, type === 'Twin' ? ['_Past', '_Gone'] : [`_was_${type}`]))
  return found(constrained(match, Cypher.lte(state.property('_since'), scope.at()), Cypher.gt(state.property('_to'), scope.at()), own, ...marks(scope, state)), subject, isIdentified ? identityOf(scope, state) : Cypher.Null)
}

/** Twins on which a scenario has a word: by their ids, whatever they are like below it. What a scenario made comes by `made`. */
function spokenOf(scope: Scope, subject: Subject, type: string): Cypher.Clause {
  const { chain, tenant } = scope
  const [number, word, id] = [new Cypher.Variable(), new Cypher.Node(), new Cypher.Variable()]
  const words = new Cypher.Unwind([chain(), number]).match(new Cypher.Pattern(word, { labels: '_Word', properties: { _t: tenant, _s: number } })).with([word.property('_id'), id]).distinct()
  return sequence(words, twinById(scope, subject, id, { type, tests: [Cypher.isNull(subject.node.property('_s'))] }), returned(subject))
}

/** Twins that a scenario made. */
function made(scope: Scope, subject: Subject, type: string): Cypher.Clause {
  const { node } = subject
  const labels = type === 'Twin' ? '_Own' : Cypher.labelExpr.and('_Own', `_in_${type}`)
  const match = new Cypher.Match(new Cypher.Pattern(node, { labels, properties: { _t: scope.tenant } })).where(Cypher.and(isOwn(scope, node), isNotDeleted(scope, node)))
  return sequence(match, new Cypher.With(node, ...lookUps(scope, subject)), returned(subject))
}

const marks = (scope: Scope, of: Cypher.Node): readonly (Cypher.Predicate | undefined)[] => (scope.world.isBranch ? [isNotDeleted(scope, of), isUnworded(scope, of)] : [])

function found(match: Cypher.Clause, subject: Subject, identity: Cypher.Expr): Cypher.Clause {
  const { node, state, words } = subject
  return sequence(match, new Cypher.With(state, [identity, node], ...(words ? [[Cypher.Null, words] as [Cypher.Expr, Cypher.Variable]] : [])), returned(subject))
}

const returned = (subject: Subject): Cypher.Return => new Cypher.Return(...variablesOf(subject))

/** The twin whose state it was: it has the same id and was born at the same instant. A twin that is no more is its own last state. */
function identityOf(scope: Scope, state: Cypher.Node): Cypher.Expr {
  const twin = new Cypher.Node()
  const born = (label: string): Cypher.Clause => new Cypher.Match(new Cypher.Pattern(twin, { labels: label, properties: { _t: scope.tenant, _id: state.property('_id') } }))
    .where(Cypher.eq(twin.property('_from'), state.property('_from'))).return(twin)
  return new Cypher.Case().when(state.hasLabel('_Gone')).then(state).else(Cypher.head(new Cypher.Collect(new Cypher.Union(born('Twin'), born('_Gone')).all())))
}
