import Cypher from '@neo4j/cypher-builder'
import type { Registry } from '../../model/registry.ts'
import type { Parameters } from './parameters.ts'
import type { SelectionContext } from './selection.ts'
import type { World } from './world.ts'

/** What every part of one compilation needs. */
export interface Scope extends SelectionContext {
  readonly registry: Registry
  readonly world: World
  readonly parameters: Parameters
  /** The label of every node of the tenant. */
  readonly tenantLabel: string
  readonly tenant: Cypher.Expr
}

/** Joins clauses, leaving out absent ones. */
export function sequence(...clauses: readonly (Cypher.Clause | undefined)[]): Cypher.Clause {
  return Cypher.utils.concat(...clauses.filter((clause) => clause !== undefined))
}

export type Direction = 'IN' | 'OUT' | 'BOTH'
