import { conformalBands, radiusOf } from '../conformal/bands.ts'
import type { Errors } from '../conformal/errors.ts'
import { type Coverage, countErrors, coverageOf, errorsOf, fewestChosenBy, joinErrors, learnedOf, meanAbsolute, planBacktest, rootMeanSquare, withoutChecking } from './backtest.ts'
import { chooseMethod } from './choose-method.ts'
import { fillGaps } from './gaps.ts'
import type { Forecaster } from './method/method.ts'
import { type Mixture, mixed } from './methods.ts'
import { shownSeason } from './seasons.ts'

/** A history on a grid, and how far to go on. */
export interface ForecastTask {
  /** Oldest first; NaN in gaps; the first and the last are known. */
  readonly values: Float64Array
  readonly steps: number
  /** In steps, that the clock suggests. */
  readonly seasons: readonly number[]
}

/** What is forecast, and everything that bands of any level are made of. */
export interface ComputedForecast {
  readonly mixture: Mixture
  /** In steps, the shortest first. */
  readonly seasons: readonly number[]
  readonly points: Float64Array
  /** Values known at the forecast's origin. */
  readonly known: number
  /** From every origin of the backtest, by the chosen method. */
  readonly errors: Errors
  /** The first of them that was not chosen by; behind the last one where nothing is left to check with. */
  readonly checkedFrom: number
  /** What choosing saw, the best first; `mase` is NaN of a series that never changed. */
  readonly compared: readonly { readonly mixture: Mixture; readonly mase: number }[]
  /** Mean absolute error of the seasonal naive method within what was learned from; 0 where nothing ever changed. */
  readonly scale: number
  /** Over the errors that did not choose, where there are any; otherwise over all. */
  readonly meanError: number
  readonly rootError: number
  /** The history never was below zero, and neither is the forecast. */
  readonly isNonNegative: boolean
}

/** The band of one level; NaN at steps that no truth is known so far ahead of which. */
export interface ComputedBand {
  readonly level: number
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly coverage: Coverage | undefined
}

/** Undefined where too few values are known behind those that methods learn from, as after an outage: nothing tells then how far a forecast errs. */
export function computeForecast({ values: truths, steps, seasons: suggested }: ForecastTask): ComputedForecast | undefined {
  const shown = shownSeason(fillGaps(truths.subarray(0, learnedOf(truths.length, steps)), suggested), suggested) // in what is learned from: what is checked has no part in it
  const seasons = shown === undefined ? suggested : [...suggested, shown].toSorted((one, other) => one - other).slice(-2)
  const history = { truths, values: fillGaps(truths, seasons) }
  const { length: known } = truths
  const whole = planBacktest(known, steps, seasons)
  const [first, rest] = [chooseMethod(history, whole, steps, seasons), withoutChecking(whole, known)]
  const choice = first ?? chooseMethod(history, rest, steps, seasons)
  if (!choice) return undefined
  const [plan, { mixture, compared }] = [first ? whole : rest, choice]
  const scale = seasonalScale(truths, plan.learned, seasons.at(-1))
  const method = mixed(mixture)
  const errorsFrom = (learned: number, origins: Int32Array): Errors => errorsOf(fitted(method.fit(history.values, learned)), history, origins, steps)
  const checking = errorsFrom(plan.checking.length > 0 ? plan.checked : plan.learned, plan.checking)
  const before = Int32Array.of(...plan.choosing, ...plan.between)
  const errors = joinErrors([errorsFrom(plan.learned, before), checking], steps)
  const points = new Float64Array(steps)
  fitted(method.fit(history.values, known)).predict(history.values, known, points)
  const isNonNegative = truths.every((value) => !(value < 0))
  const isChecked = countErrors(checking) >= fewestChosenBy
  const judged = isChecked ? checking : errors
  return {
    mixture, seasons: method.seasons, known, errors, scale, isNonNegative, checkedFrom: isChecked ? before.length : errors.origins.length,
    compared: compared.map(({ mixture: one, error }) => ({ mixture: one, mase: scale === 0 ? NaN : error / scale })),
    points: isNonNegative ? points.map((value) => Math.max(0, value)) : points, meanError: meanAbsolute(judged), rootError: rootMeanSquare(judged),
  }
}

/** What could be learned from the beginning of a history can be from more of it. */
function fitted(forecaster: Forecaster | undefined): Forecaster {
  if (!forecaster) throw new Error('A method that was chosen cannot learn from the history that it was chosen by.')
  return forecaster
}

export function computeBand({ points, known, errors, checkedFrom, seasons, isNonNegative }: ComputedForecast, level: number): ComputedBand {
  const [season] = seasons
  const bands = conformalBands(errors, level, season)
  const least = isNonNegative ? 0 : -Infinity
  const bound = (sign: 1 | -1): Float64Array => points.map((value, step) => Math.max(least, value + sign * radiusOf(bands, known, step)))
  return { level, lower: bound(-1), upper: bound(1), coverage: coverageOf(errors, checkedFrom, level, season) }
}

/** Mean of |y(t) - y(t - m)| (Hyndman and Koehler, 2006, doi:10.1016/j.ijforecast.2006.03.001), m the longest season, or 1. */
function seasonalScale(truths: Float64Array, count: number, season = 1): number {
  let [sum, pairs] = [0, 0]
  for (let at = season; at < count; at++) {
    const change = Math.abs((truths[at] ?? NaN) - (truths[at - season] ?? NaN))
    if (Number.isNaN(change)) continue
    sum += change
    pairs++
  }
  return pairs === 0 ? 0 : sum / pairs
}
