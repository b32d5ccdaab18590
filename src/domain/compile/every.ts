import Cypher from '@neo4j/cypher-builder'
import { constrainedWith, twinById } from './anchor.ts'
import { constrained, sequence } from './clauses.ts'
import { isNotDeleted, isOwn } from './exists.ts'
import type { Scope } from './scope.ts'
import { lookUps, wordsOn } from './state.ts'
import { type Subject, variablesOf } from './subject.ts'
import { isPresent } from './world.ts'

/** A filter in two parts: `own` looks at a twin's `columns` only, `far` at what it is related to. */
export interface Filter {
  readonly own: Cypher.Predicate | undefined
  readonly far: Cypher.Predicate | undefined
  readonly columns: ReadonlySet<string>
}

export type FilterOf = (subject: Subject) => Filter

/**
 * All twins of a type that pass the filter. In other worlds than the present they come from several places: those that are still as they were; states that ended,
 * and twins; those of which a scenario says what the filter looks at; what a scenario made. Of the first two, which are many, columns are looked at where they
 * lie, so that indexes serve. Of a state that ended it is not known yet which twin it was (`identified` finds that for the few that are left), but where the
 * filter has to know.
 */
export function everyTwin(scope: Scope, subject: Subject, type: string, filter: FilterOf): Cypher.Clause {
  const { world } = scope
  const { node, state } = subject
  const { own, far, columns: looked } = filter({ node, state })
  if (isPresent(world)) return constrained(new Cypher.Match(ofType(scope, node, [type])), own, far)
  const columns = new Set([...looked].filter((column) => !fixedByBirth.has(column)))
  const sources = [
    unchanged(scope, subject, type, own, columns),
    ...(world.isPast ? [ended(scope, subject, type, own, columns, far !== undefined)] : []),
    ...(world.isBranch && columns.size > 0 ? [spokenOf(scope, subject, type, filter, columns)] : []),
    ...(world.isBranch ? [made(scope, subject, type, filter)] : []),
  ]
  const [only] = sources
  const found = sources.length === 1 && only ? only : new Cypher.Call(new Cypher.Union(...sources).all(), [])
  const { far: left } = filter(subject)
  return left ? sequence(found, constrainedWith(new Cypher.With(...variablesOf(subject)), left)) : found
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

/** Those whose present state is that of then. */
function unchanged(scope: Scope, subject: Subject, type: string, own: Cypher.Predicate | undefined, columns: Filter['columns']): Cypher.Clause {
  const { state } = subject
  const match = constrained(new Cypher.Match(ofType(scope, state, [type])), own, scope.world.isPast ? Cypher.lte(state.property('_since'), scope.at()) : undefined, inScenario(scope, state))
  return asItIsBelow(scope, match, subject, state, columns)
}

/** States that ended after then, of twins that are and of twins that were. The property stands on the left: else Neo4j uses no index on it. */
function ended(scope: Scope, subject: Subject, type: string, own: Cypher.Predicate | undefined, columns: Filter['columns'], isIdentified: boolean): Cypher.Clause {
  const { state } = subject
  const match = new Cypher.Match(ofType(scope, state, type === 'Twin' ? ['_Past', '_Gone'] : [`_was_${type}`]))
  const found = constrained(match, Cypher.lte(state.property('_since'), scope.at()), Cypher.gt(state.property('_to'), scope.at()), own, inScenario(scope, state))
  return asItIsBelow(scope, found, subject, isIdentified ? identityOf(scope, state) : Cypher.Null, columns)
}

const inScenario = (scope: Scope, of: Cypher.Node): Cypher.Predicate | undefined => (scope.world.isBranch ? isNotDeleted(scope, of) : undefined)

/** Found by what its columns say below scenarios; so only where no scenario says anything of those. */
function asItIsBelow(scope: Scope, match: Cypher.Clause, { node, state, words }: Subject, identity: Cypher.Expr, columns: Filter['columns']): Cypher.Clause {
  const known = new Cypher.With(state, [identity, node], ...(words ? [[wordsOn(scope, state), words] as [Cypher.Expr, Cypher.Variable]] : []))
  const returned = new Cypher.Return(node, state, ...(words ? [words] : []))
  if (!words || columns.size === 0) return sequence(match, known, returned)
  const word = new Cypher.Variable()
  return sequence(match, constrainedWith(known, Cypher.or(Cypher.isNull(words), Cypher.none(word, words, saysOf(word, columns)))), returned)
}

/**
 * Twins of which a scenario says what the filter looks at, whatever they are like below: by their ids. Another may have come to have the id of one that is no more:
 * nothing is said of that. What a scenario made comes by `made`.
 */
function spokenOf(scope: Scope, subject: Subject, type: string, filter: FilterOf, columns: Filter['columns']): Cypher.Clause {
  const [number, word, id] = [new Cypher.Variable(), new Cypher.Node(), new Cypher.Variable()]
  const { own } = filter(subject)
  const labels = Cypher.labelExpr.and('_In', '_Word') // the index is on the first
  const words = new Cypher.Unwind([scope.chain(), number]).match(new Cypher.Pattern(word, { labels, properties: { _t: scope.tenant, _s: number } }))
    .where(Cypher.and(Cypher.isNull(word.property('_owner')), saysOf(word, columns))).with([word.property('_id'), id]).distinct()
  const said = new Cypher.Variable()
  const isMeant = subject.words && Cypher.any(said, subject.words, saysOf(said, columns))
  return sequence(words, twinById(scope, subject, id, { type, isOfBase: true, tests: [isMeant, own] }), new Cypher.Return(...variablesOf(subject)))
}

/** Does the word say anything of these columns? */
function saysOf(word: Cypher.Variable, columns: Filter['columns']): Cypher.Predicate {
  if (countedByWords.some((column) => columns.has(column))) return Cypher.true
  const column = new Cypher.Variable()
  const [only] = columns
  if (columns.size === 1 && only !== undefined) return Cypher.in(new Cypher.Literal(only), word.property('_set'))
  return Cypher.any(column, new Cypher.Literal([...columns]), Cypher.in(column, word.property('_set')))
}

/** Columns that no scenario can change. */
const fixedByBirth: ReadonlySet<string> = new Set(['_id', '_model', '_from'])
/** Columns that every word changes. */
const countedByWords = ['_v', '_since']

/** Twins that a scenario made. */
function made(scope: Scope, subject: Subject, type: string, filter: FilterOf): Cypher.Clause {
  const { node } = subject
  const { own } = filter(subject)
  const labels = type === 'Twin' ? Cypher.labelExpr.and('_In', '_Own') : Cypher.labelExpr.and('_In', '_Own', `_in_${type}`)
  const match = new Cypher.Match(new Cypher.Pattern(node, { labels, properties: { _t: scope.tenant } })).where(Cypher.and(isOwn(scope, node), isNotDeleted(scope, node)))
  return sequence(match, constrainedWith(new Cypher.With(node, ...lookUps(scope, subject)), own), new Cypher.Return(...variablesOf(subject)))
}

/** The twin whose state it was: it has the same id and was born at the same instant. A twin that is no more is its own last state. */
function identityOf(scope: Scope, state: Cypher.Node): Cypher.Expr {
  const twin = new Cypher.Node()
  const born = (label: string): Cypher.Clause => new Cypher.Match(new Cypher.Pattern(twin, { labels: label, properties: { _t: scope.tenant, _id: state.property('_id') } }))
    .where(Cypher.eq(twin.property('_from'), state.property('_from'))).return(twin)
  return new Cypher.Case().when(state.hasLabel('_Gone')).then(state).else(Cypher.head(new Cypher.Collect(new Cypher.Union(born('Twin'), born('_Gone')).all())))
}
