/** Errors of forecasts from many origins: truth minus expectation. */
export interface Errors {
  /** How many values were known to each forecast, ascending. */
  readonly origins: Int32Array
  readonly steps: number
  /** One row an origin, one column a step ahead; NaN where no truth is known. */
  readonly values: Float32Array
}

/** The first rows alone, sharing the memory. */
export const firstRows = ({ origins, steps, values }: Errors, count: number): Errors =>
  ({ origins: origins.subarray(0, count), steps, values: values.subarray(0, count * steps) })
