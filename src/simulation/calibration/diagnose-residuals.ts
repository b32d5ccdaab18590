import type { CalibrationProblem } from '../engine-host.ts'
import type { TargetResiduals } from './calibrated.ts'
import type { Trial } from './trials.ts'

export function diagnoseResiduals(problem: CalibrationProblem, { residuals }: Trial): readonly TargetResiduals[] {
  let from = 0
  return problem.targets.map(({ output, sigma, at, values }) => {
    const own = Array.from(residuals.subarray(from, from + values.length), (residual) => residual * sigma)
    from += values.length
    const n = own.length
    const mean = (of: (residual: number) => number): number => (n === 0 ? 0 : own.reduce((sum, residual) => sum + of(residual), 0) / n)
    return { output, n, rmse: Math.sqrt(mean((residual) => residual * residual)), bias: mean((residual) => residual), lag1: lag1(own), worst: worst(own, at), signRuns: signRuns(own) }
  })
}

/** Autocorrelation at lag 1: `Σ (x_i - m)(x_{i+1} - m) / Σ (x_i - m)²`. */
function lag1(values: readonly number[]): number | null {
  if (values.length < 3) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const away = values.map((value) => value - mean)
  const square = away.reduce((sum, value) => sum + value * value, 0)
  return square > 0 ? away.slice(1).reduce((sum, value, i) => sum + value * (away[i] ?? 0), 0) / square : null
}

function worst(values: readonly number[], at: Float64Array): TargetResiduals['worst'] {
  let index = -1
  for (const [i, value] of values.entries()) if (index < 0 || Math.abs(value) > Math.abs(values[index] ?? 0)) index = i
  return index < 0 ? null : { residual: values[index] ?? 0, at: at[index] ?? 0 }
}

/** A. Wald, J. Wolfowitz 1940: of n1 positive and n2 negative residuals in any order, 1 + 2 n1 n2 / n runs are expected. Zeros are left out. */
function signRuns(values: readonly number[]): TargetResiduals['signRuns'] {
  const signs = values.map(Math.sign).filter((sign) => sign !== 0)
  const positive = signs.filter((sign) => sign > 0).length
  const n = signs.length
  const pairs = 2 * positive * (n - positive)
  if (pairs === 0) return null
  const runs = signs.reduce((count, sign, i) => (sign === signs[i - 1] ? count : count + 1), 0)
  const expected = 1 + pairs / n
  const variance = pairs * (pairs - n) / (n * n * (n - 1))
  return variance > 0 ? { runs, expected, z: (runs - expected) / Math.sqrt(variance) } : null
}
