/** What a calibration found: a proposal, with all that is needed to judge it. Plain JSON: numbers are finite, what is not known is null. */
export interface Calibrated {
  /** In the order of the problem. */
  readonly variables: readonly CalibratedVariable[]
  /** Of the variables, in their order and units squared; null rows and columns where nothing is known of a variable. Scaled by the reduced chi-square. */
  readonly covariance: NullableMatrix
  /** From -1 to 1. */
  readonly correlation: NullableMatrix
  /** Chi-square: the sum of (residual / sigma)². */
  readonly cost: { readonly before: number; readonly after: number }
  /** Root of the mean of (residual / sigma)², before and after: 1 where the model is right and the sigmas are. */
  readonly rmse: { readonly before: number; readonly after: number }
  /** Chi-square by degrees of freedom (measurements less the variables that were free); null where there are none. Far above 1: the model or the sigmas are wrong. */
  readonly reducedChiSquare: number | null
  readonly degreesOfFreedom: number
  /** What found the best numbers; with AUTO, NELDER_MEAD where it found better ones than Levenberg-Marquardt, which was tried first. */
  readonly method: 'LEVENBERG_MARQUARDT' | 'NELDER_MEAD'
  /** Simulations, failed ones too. */
  readonly runs: number
  /** Simulations that failed or gave no number; such steps were not taken. */
  readonly failedRuns: number
  readonly iterations: number
  readonly converged: boolean
  /** Why it ended, in a sentence. */
  readonly why: string
  /** What to think of before believing it, a sentence each: correlated residuals, directions that the measurements leave open. */
  readonly warnings: readonly string[]
  /** In the order of the problem. */
  readonly targets: readonly TargetResiduals[]
}

export type NullableMatrix = readonly (readonly (number | null)[])[]

export interface CalibratedVariable {
  readonly name: string
  readonly start: number
  readonly value: number
  /** Linearised, at the value, the variables at bounds held there. Null where it is at a bound, or not identifiable. */
  readonly standardError: number | null
  /** By Student's t; not cut at the bounds. */
  readonly interval95: readonly [low: number, high: number] | null
  /** The bound it came to lie at. */
  readonly atBound: 'MIN' | 'MAX' | null
  /** Whether the measurements say what it is. */
  readonly isIdentifiable: boolean
  /** How well it is known, or why not, in a sentence. */
  readonly why: string
}

/** How a target's residuals (simulated less measured, in the engine's units) look after the fit. What is left should look like noise. */
export interface TargetResiduals {
  /** Index into the outputs. */
  readonly output: number
  readonly n: number
  readonly rmse: number
  /** The mean residual: above 0 the simulation says too much. */
  readonly bias: number
  /** Correlation of neighbours in time; null for fewer than three, and where all are equal. Near 1: the model misses something that lasts. */
  readonly lag1: number | null
  /** `at`: microseconds since the window's start. */
  readonly worst: { readonly residual: number; readonly at: number } | null
  /** The test of Wald and Wolfowitz on the signs; null where all have one sign. Below -1.96, signs stick together as they would by chance once in 40 times. */
  readonly signRuns: { readonly runs: number; readonly expected: number; readonly z: number } | null
}
