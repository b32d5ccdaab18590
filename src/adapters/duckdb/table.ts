import type { Lane } from './rows.ts'

/** A DuckDB table of readings and what lies in it, so that a query leaves out what it need not look into. */
export interface Table {
  readonly name: string
  readonly lane: Lane
  /** Holds readings that stand in the place of others of their series and time. */
  readonly late: boolean
  /** Holds readings that were replaced: for those only who ask what was known. */
  readonly replaced: boolean
  readonly rows: number
  /** Of the readings' times, both included. */
  readonly minAt: number
  readonly maxAt: number
  readonly minReceived: number
  readonly maxReceived: number
}

/** The columns of every table of readings, in their order. */
export const columns = 'series, t, received, quality, origin, sequence, value'
