import type { ItemProblem } from '../../problem.ts'
import type { Microseconds, SeriesKey } from '../../telemetry/reading.ts'
import type { SeriesReads } from '../../telemetry/series-reads.ts'
import type { FeatureSpec, Knowledge } from '../feature.ts'

/**
 * Features bound to twins: nothing is left to look up but readings. Plain JSON, so that it is what is kept as the inputs of a run and hashed. What the graph says
 * (which twins a path reaches, what properties were when) is in it, as of the cursor at which it was bound.
 */
export interface BoundFeatures {
  readonly specs: readonly FeatureSpec[]
  readonly twins: readonly BoundTwin[]
  /** Every series that is read, once. */
  readonly series: readonly BoundSeries[]
}

export interface BoundTwin {
  readonly twin: string
  /** One for each spec, in their order. */
  readonly features: readonly BoundFeature[]
}

export type BoundFeature =
  /** Indexes into `series`, of the twins that the path reaches; of a RESIDUAL the simulated ones beside, in the same order. */
  | { readonly kind: 'telemetry'; readonly series: readonly number[]; readonly minus: readonly number[] }
  /** Of each twin reached its values over time: `since` ascending, null: it had none from then on. Numbers already, in the feature's unit. */
  | { readonly kind: 'property'; readonly histories: readonly (readonly { readonly since: Microseconds; readonly value: number | null }[])[] }
  | { readonly kind: 'calendar' }

export interface BoundSeries {
  readonly key: SeriesKey
  /** From the series' unit into the feature's: `value × scale + shift`. */
  readonly affine: { readonly scale: number; readonly shift: number } | undefined
  readonly encode: Readonly<Record<string, number>> | undefined
}

/** Rows of numbers, in the order of the specs and of the numbers of each. NaN: missing. */
export interface FeatureRows {
  /** Index into `BoundFeatures.twins`, of each row. */
  readonly twins: Uint32Array
  readonly at: Float64Array
  /** Rows one after the other, each `width` long. */
  readonly values: Float64Array
  readonly width: number
}

export interface RowRequest {
  /** Ascending. */
  readonly instants: readonly Microseconds[]
  /** Indexes into `BoundFeatures.twins`; undefined: all. */
  readonly twins?: readonly number[] | undefined
  readonly reads: Pick<SeriesReads, 'readings' | 'latestBefore'>
  readonly knowledge: Knowledge
  readonly signal?: AbortSignal | undefined
}

/** `readRows(bound, request)`: rows in portions, twin by twin, each twin's by time; all of them, with NaN for what is missing. */
export type ReadRows = (bound: BoundFeatures, request: RowRequest) => AsyncIterable<FeatureRows>

/** What is wrong with features: names the feature, and the twin where there is one. */
export type FeatureProblem = ItemProblem
