import { conformalBands, radiusOf } from '../conformal/bands.ts'
import type { Errors } from '../conformal/errors.ts'
import { type Coverage, coverageOf, errorsOf, joinErrors, meanAbsolute, planBacktest, rootMeanSquare } from './backtest.ts'
import { fillGaps } from './gaps.ts'
import type { Forecaster, Method, MethodName } from './method/method.ts'
import { methodsOf } from './methods.ts'
import { shownSeason } from './seasons.ts'

type BuiltIn = Exclude<MethodName, 'PREDICTOR'>

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
  readonly method: BuiltIn
  readonly seasons: readonly number[]
  readonly points: Float64Array
  /** Values known at the forecast's origin. */
  readonly known: number
  /** From every origin of the backtest, by the chosen method. */
  readonly errors: Errors
  /** The first of them that was not chosen by. */
  readonly checkedFrom: number
  /** What choosing saw, the best first. */
  readonly compared: readonly Compared[]
  /** Mean absolute error of the seasonal naive method within what was learned from; 0 where nothing ever changed. */
  readonly scale: number
  /** Over the errors that did not choose, where there are any; otherwise over all. */
  readonly meanError: number
  readonly rootError: number
  /** The history never was below zero, and neither is the forecast. */
  readonly isNonNegative: boolean
}

export interface Compared {
  readonly method: BuiltIn
  readonly seasons: readonly number[]
  /** Mean absolute error over the scale. */
  readonly mase: number
}

/** The band of one level. */
export interface ComputedBand {
  readonly level: number
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly coverage: Coverage | undefined
}

/** What is simpler is preferred to what is better by less. */
const worthwhile = 0.02

export function computeForecast({ values: truths, steps, seasons: suggested }: ForecastTask): ComputedForecast {
  const shown = shownSeason(fillGaps(truths, suggested), suggested)
  const seasons = shown === undefined ? suggested : [...suggested, shown].toSorted((one, other) => one - other).slice(-2)
  const history = { truths, values: fillGaps(truths, seasons) }
  const { length: known } = truths
  const plan = planBacktest(known, steps, seasons)
  const scale = seasonalScale(truths, plan.learned, seasons.at(-1))
  const { best, compared } = choose(methodsOf(seasons), history, plan, steps, scale)
  const renewed = best.method.fit(history.values, plan.checked) ?? best.forecaster
  const parts = [best.errors, errorsOf(best.forecaster, history, plan.between, steps), errorsOf(renewed, history, plan.checking, steps)]
  const errors = joinErrors(parts, steps)
  const points = new Float64Array(steps)
  ;(best.method.fit(history.values, known) ?? renewed).predict(history.values, known, points)
  const isNonNegative = truths.every((value) => !(value < 0))
  const judged = plan.checking.length > 0 ? parts[2] ?? errors : errors
  return {
    method: best.method.name, seasons: best.method.seasons, known, errors, compared, scale, isNonNegative, checkedFrom: plan.choosing.length + plan.between.length,
    points: isNonNegative ? points.map((value) => Math.max(0, value)) : points, meanError: meanAbsolute(judged), rootError: rootMeanSquare(judged),
  }
}

export function computeBand({ points, known, errors, checkedFrom, seasons, isNonNegative }: ComputedForecast, level: number): ComputedBand {
  const [season] = seasons
  const bands = conformalBands(errors, level, season)
  const least = isNonNegative ? 0 : -Infinity
  const bound = (sign: 1 | -1): Float64Array => points.map((value, step) => Math.max(least, value + sign * radiusOf(bands, known, step)))
  return { level, lower: bound(-1), upper: bound(1), coverage: coverageOf(errors, checkedFrom, level, season) }
}

interface Candidate {
  readonly method: Method
  readonly forecaster: Forecaster
  readonly errors: Errors
  readonly error: number
}

function choose(methods: readonly Method[], history: { readonly truths: Float64Array; readonly values: Float64Array }, plan: ReturnType<typeof planBacktest>, steps: number, scale: number): { readonly best: Candidate; readonly compared: readonly Compared[] } {
  const candidates = methods.flatMap((method): Candidate[] => {
    const forecaster = method.fit(history.values, plan.learned)
    if (!forecaster) return []
    const errors = errorsOf(forecaster, history, plan.choosing, steps)
    return [{ method, forecaster, errors, error: meanAbsolute(errors) }]
  })
  const best = candidates.reduce((kept, other) => (other.error < kept.error * (1 - worthwhile) ? other : kept))
  const compared = candidates.toSorted((one, other) => one.error - other.error)
    .map(({ method: { name, seasons }, error }) => ({ method: name, seasons, mase: scale === 0 ? NaN : error / scale }))
  return { best, compared }
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
