import Cypher from '@neo4j/cypher-builder'
import type { Scope } from './scope.ts'

type Thing = Cypher.Node | Cypher.Relationship

/** Did it exist at the instant? Intervals are half-open; without an end it lasts. */
export function existedAt({ at }: Scope, of: Thing): Cypher.Predicate {
  return Cypher.and(Cypher.lte(of.property('_from'), at()), Cypher.or(Cypher.isNull(of.property('_to')), Cypher.lt(at(), of.property('_to'))))
}

/** No scenario looked at has deleted it. Few things are marked: a look at the mark, and nothing else. */
export const isNotDeleted = (scope: Scope, of: Thing): Cypher.Predicate => isNotMarked(scope, of, '_not')

/** No scenario looked at has a word on it. */
export const isUnworded = (scope: Scope, of: Thing): Cypher.Predicate => isNotMarked(scope, of, '_in')

function isNotMarked({ chain }: Scope, of: Thing, mark: '_not' | '_in'): Cypher.Predicate {
  const number = new Cypher.Variable()
  return Cypher.or(Cypher.isNull(of.property(mark)), Cypher.none(number, chain(), Cypher.in(number, of.property(mark))))
}

/** Was it made in a scenario that is looked at? */
export const isOwn = ({ chain }: Scope, of: Thing): Cypher.Predicate => Cypher.in(of.property('_s'), chain())

/** Is the relationship there in the world? Undefined where everything that its pattern names is. */
export function edgeExists(scope: Scope, edge: Cypher.Relationship): Cypher.Predicate | undefined {
  const { isPast, isBranch } = scope.world
  if (!isBranch) return isPast ? existedAt(scope, edge) : undefined
  const ofBase = isPast ? Cypher.and(Cypher.isNull(edge.property('_s')), existedAt(scope, edge)) : Cypher.isNull(edge.property('_s'))
  return Cypher.and(Cypher.or(ofBase, isOwn(scope, edge)), isNotDeleted(scope, edge))
}
