import type { StatisticsMethod } from '../../prediction/runtime.ts'

/** One row of a batch. */
export interface StatisticsJob {
  readonly method: StatisticsMethod
  readonly options: Readonly<Record<string, number>>
  /** The oldest first; NaN in gaps. */
  readonly history: Float64Array
}

/** One row of each output, in the order of the signature; or why there is none. */
export type StatisticsAnswer = { readonly rows: readonly Float64Array[] } | { readonly code: 'WRONG_SHAPE' | 'MODEL_FAILED'; readonly message: string }
