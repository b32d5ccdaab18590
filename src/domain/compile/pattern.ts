import Cypher from '@neo4j/cypher-builder'
import type { Direction, Scope } from './scope.ts'

export interface Hop {
  readonly from: Cypher.Node
  readonly edge: Cypher.Relationship
  readonly to: Cypher.Node
  /** Of any type, where absent. */
  readonly type?: string
  readonly label: string
  readonly direction?: Direction
}

/** One relationship, as the world has it. */
export function hop(scope: Scope, { from, edge, to, type, label, direction = 'OUT' }: Hop): Cypher.Pattern {
  const arrow = direction === 'OUT' ? 'right' : direction === 'IN' ? 'left' : 'undirected'
  return new Cypher.Pattern(from).related(edge, { ...(type !== undefined && { type: scope.world.types(type) }), direction: arrow }).to(to, { labels: scope.world.labels(label) })
}

/** All twins of a type in the tenant. */
export function anchor(scope: Scope, node: Cypher.Node, type: string): Cypher.Pattern {
  return new Cypher.Pattern(node, { labels: Cypher.labelExpr.and(scope.world.labels(type), scope.tenantLabel) })
}

/** The twin of an id: by the unique index on (tenant, id); its type is then a predicate, since a label would be scanned. */
export function anchorById(scope: Scope, node: Cypher.Node, id: Cypher.Expr): Cypher.Pattern {
  return new Cypher.Pattern(node, { labels: 'Twin', properties: { _t: scope.tenant, _id: id } })
}
