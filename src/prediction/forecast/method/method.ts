/**
 * How a forecast was made.
 * | name | what it says |
 * |---|---|
 * | LAST_VALUE | what was there last |
 * | DRIFT | a line from the first value to the last one, going on |
 * | SEASONAL_NAIVE | what was there one season earlier |
 * | SMOOTHING | exponential smoothing: a level, a damped trend, up to two seasons, and errors that carry over (Taylor, 2003, doi:10.1057/palgrave.jors.2601589) |
 * | AUTOREGRESSION | least squares on the values just before, and one and two seasons before |
 * | COMBINATION | the mean of several of these |
 * | PREDICTOR | what a registered predictor says |
 */
export type MethodName = 'LAST_VALUE' | 'DRIFT' | 'SEASONAL_NAIVE' | 'SMOOTHING' | 'AUTOREGRESSION' | 'COMBINATION' | 'PREDICTOR'

/** A way to forecast a series on a grid, without gaps: whoever calls has filled them. */
export interface Method {
  readonly name: Exclude<MethodName, 'PREDICTOR'>
  /** In steps of the grid, the shortest first. */
  readonly seasons: readonly number[]
  /** Learns from `values[0 … count)` alone. Undefined where that is too little. */
  fit(values: Float64Array, count: number): Forecaster | undefined
}

export interface Forecaster {
  /** Writes what `values[origin]`, `values[origin + 1]` … are expected to be, as far as `out` is long, having read `values[0 … origin)` alone. Quick where origins ascend. */
  predict(values: Float64Array, origin: number, out: Float64Array): void
}
