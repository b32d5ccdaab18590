import { conformalQuantile, fewestFor } from '../conformal/quantile.ts'
import { errorsOf, fewestValues } from './backtest.ts'
import { computeForecast } from './compute-forecast.ts'
import { fillGaps } from './gaps.ts'
import { mixed } from './methods.ts'

/** A history on a grid, of which the last steps are judged. */
export interface ScoreTask {
  /** NaN in gaps; the first is known. */
  readonly values: Float64Array
  readonly seasons: readonly number[]
  /** Steps before this one are only learned from. */
  readonly from: number
  readonly level: number
}

export interface ScoredStep {
  readonly step: number
  readonly value: number
  readonly expected: number
  readonly radius: number
  /** In radii; signed. */
  readonly score: number
  readonly pValue: number
}

export interface ScoredSteps {
  /** None where what was expected before them cannot be told to be right as often as the level says. */
  readonly steps: readonly ScoredStep[]
  /** Errors before the first step that is judged. */
  readonly compared: number
}

/** Errors that a step is compared with: the newest ones before it. */
const mostCompared = 1_000
/** So many steps before the first that is judged. */
export const fewestBefore = 2 * fewestValues(1)

/**
 * Each step's value against what was expected of it one step before, and the error against those of the steps before: nothing is judged by what came later. The method is
 * chosen, and has learned, before the first step that is judged; errors before those are of forecasts that had not seen them either. There are as many of them as the level takes.
 */
export function scoreSteps({ values: truths, seasons: suggested, from, level }: ScoreTask): ScoredSteps {
  const forecast = computeForecast({ values: truths.subarray(0, from), steps: 1, seasons: suggested })
  if (!forecast) return { steps: [], compared: 0 }
  const { mixture, seasons } = forecast
  const history = { truths, values: fillGaps(truths, seasons) }
  const chosen = mixed(mixture)
  const half = from >> 1
  const [early, late] = [chosen.fit(history.values, half), chosen.fit(history.values, from)]
  const origins = (start: number, end: number): Int32Array => Int32Array.from({ length: end - start }, (_, index) => start + index)
  const known = early ? errorsOf(early, history, origins(half, from), 1).values : new Float32Array(0)
  const earlier = [...known].filter((error) => !Number.isNaN(error)).map(Math.abs)
  const compared = earlier.length
  if (!late || compared < fewestFor(level)) return { steps: [], compared }
  const judged = errorsOf(late, history, origins(from, truths.length), 1).values
  const steps = [...judged].flatMap((error, index): readonly ScoredStep[] => {
    const value = truths[from + index] ?? NaN
    if (Number.isNaN(error)) return []
    const scored = compare(Math.abs(error), earlier.slice(-mostCompared), level)
    earlier.push(Math.abs(error))
    return [{ step: from + index, value, expected: value - error, ...scored, score: Math.sign(error) * scored.score }]
  })
  return { steps, compared }
}

function compare(size: number, earlier: readonly number[], level: number): Pick<ScoredStep, 'radius' | 'score' | 'pValue'> {
  const radius = conformalQuantile(Float64Array.from(earlier), level)
  const greater = earlier.reduce((count, other) => (other >= size ? count + 1 : count), 0)
  return { radius, score: size === 0 ? 0 : radius === 0 ? Infinity : size / radius, pValue: (greater + 1) / (earlier.length + 1) }
}
