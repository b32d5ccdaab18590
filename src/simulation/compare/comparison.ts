import type { Microseconds } from '../../telemetry/reading.ts'

/** Runs beside one they are measured by. Differences are the candidate's value less the baseline's, in the series' and KPIs' own units. */
export interface Comparison {
  readonly baseline: string
  /** In the order they were asked for. */
  readonly candidates: readonly CandidateComparison[]
}

export interface CandidateComparison {
  readonly run: string
  /** KPIs that both have, in the baseline's order. */
  readonly kpis: readonly KpiDifference[]
  /** Names of KPIs that one of them has alone. */
  readonly unpairedKpis: Unpaired<readonly string[]>
  /** Sweeps: members of one index and the same settings that succeeded in both, and those of which that is not so; else null. */
  readonly members: { readonly n: number; readonly unpaired: Unpaired<number> } | null
  /** Series that both have, those that differ most first; a page of them. Of sweeps empty: their members are compared by KPIs. */
  readonly series: readonly SeriesDifference[]
  /** How many there are on all pages. */
  readonly seriesCount: number
  /** Series that one of them has alone, or in another unit. */
  readonly unpairedSeries: Unpaired<number>
}

/** What one side has, and the other has not. */
export interface Unpaired<T> {
  readonly baseline: T
  readonly candidate: T
}

export interface KpiDifference {
  readonly name: string
  /** Of sweeps the mean over the members that are paired. */
  readonly baseline: number
  readonly candidate: number
  readonly difference: number
  /** By the baseline's size; null where that is 0. */
  readonly relative: number | null
  /** Pairs: members of sweeps, else 1. */
  readonly n: number
  /** Of the mean difference over pairs; null for fewer than two. */
  readonly standardError: number | null
  /** Of the mean difference over pairs, by Student's t: what other members of the same design would give. Null for fewer than two. */
  readonly interval95: readonly [low: number, high: number] | null
}

/** Two series side by side, reading by reading of one time. */
export interface SeriesDifference {
  readonly twin: string
  /** Of a component's telemetry `component.telemetry`. */
  readonly name: string
  /** Readings that have the other's at their time. */
  readonly n: number
  readonly unpaired: Unpaired<number>
  /** Means over the pairs; of booleans the part that is true. Null without pairs, as all that follows. */
  readonly baseline: number | null
  readonly candidate: number | null
  readonly meanDifference: number | null
  readonly meanAbsoluteDifference: number | null
  readonly rmse: number | null
  /** The first of the greatest by size. */
  readonly greatest: { readonly at: Microseconds; readonly difference: number } | null
  /** The rmse by how much the baseline's telemetry of that name varies over all twins and times: what the series are ordered by, whatever their units. */
  readonly relevance: number
}
