import Cypher from '@neo4j/cypher-builder'
import type { Scope } from './scope.ts'

type Thing = Cypher.Node | Cypher.Relationship

// Each condition is one expression without OR: the planner spends long on alternatives, and there are none to choose from.

/** Did it exist at the instant? Intervals are half-open; without an end it lasts. */
export function existedAt({ at }: Scope, of: Thing): Cypher.Predicate {
  return Cypher.and(Cypher.lte(of.property('_from'), at()), isTrueOrUnknown(Cypher.gt(of.property('_to'), at())))
}

/** No scenario looked at has deleted it. Few things are marked. */
export function isNotDeleted({ chain }: Scope, of: Thing): Cypher.Predicate {
  const number = new Cypher.Variable()
  return isTrueOrUnknown(Cypher.none(number, of.property('_not'), Cypher.in(number, chain())))
}

/** Was it made in a scenario that is looked at? */
export const isOwn = ({ chain }: Scope, of: Thing): Cypher.Predicate => Cypher.in(of.property('_s'), chain())

/** Is the relationship there in the world? Undefined where everything that its pattern names is. */
export function edgeExists(scope: Scope, edge: Cypher.Relationship): Cypher.Predicate | undefined {
  const { isPast, isBranch } = scope.world
  if (!isBranch) return isPast ? existedAt(scope, edge) : undefined
  const made = isPast ? asPredicate(Cypher.coalesce(isOwn(scope, edge), existedAt(scope, edge))) : isTrueOrUnknown(isOwn(scope, edge))
  return Cypher.and(made, isNotDeleted(scope, edge))
}

const isTrueOrUnknown = (predicate: Cypher.Predicate): Cypher.Predicate => asPredicate(Cypher.coalesce(predicate, Cypher.true))

/** The builder's functions do not say that they are of truth values. */
const asPredicate = (expression: Cypher.Function): Cypher.Predicate => Cypher.and(expression)
