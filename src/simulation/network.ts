import type { Vantage } from '../domain/vantage.ts'
import type { Json } from '../util/json.ts'

/** A part of the twin graph as it is, was, or would be, whole: engines read it, and it never changes under them. */
export interface Network {
  /** In the order of their ids. */
  readonly twins: readonly NetworkTwin[]
  /** Those of the names followed, between the twins, in the order of source, name and id. */
  readonly relationships: readonly NetworkRelationship[]
}

export interface NetworkTwin {
  readonly id: string
  /** DTMI. */
  readonly model: string
  /** Every property that is set, as the API shows it; components under their names, as objects. */
  readonly properties: Readonly<Record<string, Json>>
}

export interface NetworkRelationship {
  readonly id: string
  readonly name: string
  readonly from: string
  readonly to: string
  readonly properties: Readonly<Record<string, Json>>
}

export interface NetworkRequest {
  /** Where it begins. */
  readonly of: readonly string[]
  /** Relationships that are followed, in both directions, to the end. */
  readonly over: readonly string[]
  readonly vantage: Vantage
  /** Throws LIST_TOO_LONG where more twins are reached. */
  readonly most: number
  readonly signal?: AbortSignal | undefined
}

export interface NetworkReader {
  /** `unknown`: those of `of` that do not exist there. `cursor`: the place in the journal it was read at, `at`: its stamp, ms since 1970; nothing later is in it, everything before is. */
  read(request: NetworkRequest): Promise<{ readonly network: Network; readonly unknown: readonly string[]; readonly cursor: number; readonly at: number }>
  /** Lets the store plan what it takes to follow these relationships, so that the first read does not wait for it. Reads nothing. */
  prepare(over: readonly string[]): Promise<void>
}
