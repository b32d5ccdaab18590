import type { Microseconds } from '../../telemetry/reading.ts'
import type { BoundFeatures } from '../features/bound-features.ts'
import type { Knowledge } from '../feature.ts'
import type { Predictor } from '../predictor.ts'

/** What a run of kind INFERENCE does: all of it but readings, so that it can be done again whatever became of the twins and of the predictor. */
export interface InferenceTask {
  readonly kind: 'infer'
  readonly predictor: Pick<Predictor, 'id' | 'name' | 'version' | 'runtime' | 'model' | 'card' | 'build'>
  readonly features: BoundFeatures
  readonly instants: Instants
  readonly knowledge: Knowledge
  /** Whether it is said under no run, too. */
  readonly publishes: boolean
  /** The run whose results residuals were read of. */
  readonly simulation: string | null
  /** What becomes of each row, for each twin in the order of `features.twins`. */
  readonly results: readonly (readonly ResultColumn[])[]
}

/** Ascending. */
export type Instants =
  | { readonly kind: 'at'; readonly at: Microseconds }
  /** `from`, `from + every` … before `to`. */
  | { readonly kind: 'range'; readonly from: Microseconds; readonly to: Microseconds; readonly every: Microseconds }
  /** Whenever something arrives that a feature reads, from then on. */
  | { readonly kind: 'stream'; readonly from: Microseconds; readonly maxLag: Microseconds }

/** One number of a row's result, and the series it goes to. */
export interface ResultColumn {
  /** Index into the run's outputs. */
  readonly output: number
  /** Index into the card's outputs: the value that it is, bounds, or contributes to. */
  readonly of: number
  readonly part: 'value' | 'lower' | 'upper' | 'contribution'
  readonly from: ResultSource
  /** It is about the row's instant plus this. */
  readonly horizon: Microseconds
}

export type ResultSource =
  /** Index into the card's outputs, and what is added to it: the bounds of a conformal interval. */
  | { readonly kind: 'value'; readonly output: number; readonly plus: number }
  /** The sum of these numbers of the first input. */
  | { readonly kind: 'contribution'; readonly output: number; readonly numbers: readonly number[] }
