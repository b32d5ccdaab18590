import type Cypher from '@neo4j/cypher-builder'
import type { FieldNode, GraphQLCompositeType } from 'graphql'
import type { Registry } from '../../model/registry.ts'
import type { ColumnKind } from '../role.ts'
import type { Parameters } from './parameters.ts'
import type { SelectionContext } from './selection.ts'
import type { Subject } from './subject.ts'
import type { World } from './world.ts'

/** How to read what is selected: subqueries first, then an expression that gathers all. */
export interface Reading {
  readonly clauses: readonly Cypher.Clause[]
  readonly value: Cypher.Expr
}

/** What every part of one compilation needs. */
export interface Scope extends SelectionContext {
  /** Reads the selected fields of a twin; here, since what it reads leads to twins again. */
  readonly readTwin: (scope: Scope, twin: Subject, type: GraphQLCompositeType, selections: readonly FieldNode[]) => Reading
  readonly registry: Registry
  readonly world: World
  readonly parameters: Parameters
  /** The label of every node of the tenant. */
  readonly tenantLabel: string
  readonly tenant: Cypher.Expr
  /** The instant, in worlds of the past. */
  at(): Cypher.Expr
  /** The numbers of the scenarios, the nearest first, in worlds of scenarios. */
  chain(): Cypher.Expr
  /** The whole vantage, for what is read for rows later. */
  vantage(): Cypher.Expr
  /** The latest value of a telemetry, by its column. */
  latest(twin: Subject, column: string, stored: ColumnKind): Cypher.Expr
}

export type Direction = 'IN' | 'OUT' | 'BOTH'
