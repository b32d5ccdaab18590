import { conformalBands, radiusOf } from '../conformal/bands.ts'
import { type Errors, firstRows } from '../conformal/errors.ts'
import type { Forecaster } from './method/method.ts'

/** Which values a backtest learns from, chooses by and checks with. */
export interface BacktestPlan {
  /** Methods that are compared have learned from so many values. */
  readonly learned: number
  /** Origins by which the method is chosen. */
  readonly choosing: Int32Array
  /** Origins that only calibrate, as their truths lie on both sides of `checked`. */
  readonly between: Int32Array
  /** The chosen method has learned from so many values, and what it says from the origins behind them is checked. */
  readonly checked: number
  /** Origins that choose nothing; empty where the history is too short. */
  readonly checking: Int32Array
}

const mostOrigins = 160
/** Origins, and truths that are known. */
export const fewestChosenBy = 5
const fewestLearned = 12

/** So many values of a grid are needed to forecast so many steps. */
export const fewestValues = (steps: number): number => steps + fewestLearned + fewestChosenBy

/** Methods that are compared learn from so many of the values. */
export const learnedOf = (count: number, steps: number): number => Math.max(fewestLearned, Math.min(Math.floor(count / 2), count - steps - fewestChosenBy))

export function planBacktest(count: number, steps: number, seasons: readonly number[]): BacktestPlan {
  const last = count - steps
  const learned = learnedOf(count, steps)
  const room = last - learned
  const stride = strideOf(Math.max(1, Math.ceil(room / mostOrigins)), seasons)
  const origins = Int32Array.from({ length: Math.floor(room / stride) + 1 }, (_, index) => last - index * stride).reverse()
  // what is checked begins where the last truth that chose has ended
  const checked = room >= 2 * steps + 2 * fewestChosenBy ? learned + steps + Math.ceil((room - steps) / 2) : count
  return {
    learned, checked,
    choosing: origins.filter((origin) => (checked === count ? true : origin + steps <= checked)),
    between: origins.filter((origin) => checked < count && origin + steps > checked && origin < checked),
    checking: origins.filter((origin) => origin >= checked),
  }
}

/** All origins choose, and nothing is left to check with. */
export const withoutChecking = ({ learned, choosing, between, checking }: BacktestPlan, count: number): BacktestPlan =>
  ({ learned, choosing: Int32Array.of(...choosing, ...between, ...checking), between: new Int32Array(0), checked: count, checking: new Int32Array(0) })

/** Origins at all phases of the seasons. */
function strideOf(wanted: number, seasons: readonly number[]): number {
  let stride = wanted
  while (stride > 1 && seasons.some((season) => divisor(season, stride) > 1)) stride++
  return stride
}

const divisor = (one: number, other: number): number => (other === 0 ? one : divisor(other, one % other))

/** `truths`: with NaN in gaps; `values`: with gaps filled. Of origins whose truths are not all there yet, the errors that can be told. */
export function errorsOf(forecaster: Forecaster, { truths, values }: { readonly truths: Float64Array; readonly values: Float64Array }, origins: Int32Array, steps: number): Errors {
  const [errors, out] = [new Float32Array(origins.length * steps), new Float64Array(steps)]
  for (const [row, origin] of origins.entries()) {
    forecaster.predict(values, origin, out)
    for (let step = 0; step < steps; step++) errors[row * steps + step] = (truths[origin + step] ?? NaN) - (out[step] ?? 0)
  }
  return { origins, steps, values: errors }
}

export function joinErrors(parts: readonly Errors[], steps: number): Errors {
  const origins = Int32Array.from(parts.flatMap((part) => [...part.origins]))
  const values = new Float32Array(origins.length * steps)
  let at = 0
  for (const part of parts) {
    values.set(part.values, at)
    at += part.values.length
  }
  return { origins, steps, values }
}

export const countErrors = ({ values }: Errors): number => values.reduce((count, error) => (Number.isNaN(error) ? count : count + 1), 0)

/** NaN where no truth is known. */
export function meanAbsolute({ values }: Errors): number {
  let [sum, count] = [0, 0]
  for (const error of values) {
    if (Number.isNaN(error)) continue
    sum += Math.abs(error)
    count++
  }
  return count === 0 ? NaN : sum / count
}

export function rootMeanSquare({ values }: Errors): number {
  let [sum, count] = [0, 0]
  for (const error of values) {
    if (Number.isNaN(error)) continue
    sum += error * error
    count++
  }
  return count === 0 ? NaN : Math.sqrt(sum / count)
}

export interface Coverage {
  /** Of the truths that were checked, how many lay in the band: 0 to 1. */
  readonly share: number
  readonly meanWidth: number
  readonly checked: number
}

/** Bands are made anew so many times on the way. */
const renewals = 6

/** How often truths lay in bands that were made of nothing but what had been seen before. `from`: the first row that is checked. Undefined where there is nothing to check. */
export function coverageOf(errors: Errors, from: number, level: number, season: number | undefined): Coverage | undefined {
  const { origins, steps, values } = errors
  let [inside, width, checked] = [0, 0, 0]
  const length = Math.max(1, Math.ceil((origins.length - from) / renewals))
  for (let start = from; start < origins.length; start += length) {
    const begins = origins[start] ?? 0
    const known = firstRows(errors, origins.findLastIndex((origin) => origin + steps <= begins) + 1)
    if (known.origins.length === 0) continue
    const bands = conformalBands(known, level, season)
    for (let row = start; row < Math.min(origins.length, start + length); row++) {
      for (let step = 0; step < steps; step++) {
        const error = values[row * steps + step] ?? NaN
        const radius = radiusOf(bands, origins[row] ?? 0, step)
        if (Number.isNaN(error) || Number.isNaN(radius)) continue
        width += 2 * radius
        if (Math.abs(error) <= radius) inside++
        checked++
      }
    }
  }
  return checked === 0 ? undefined : { share: inside / checked, meanWidth: width / checked, checked }
}
