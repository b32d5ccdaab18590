import type { Forecaster, Method } from './method.ts'

/** Between 0 and 1: how much of an error goes into the level, the trend and the seasons, how much of a trend is left a step later, and how much of an error is left in the next one. */
interface Weights {
  readonly level: number
  readonly trend: number
  readonly damping: number
  readonly season: number
  readonly longSeason: number
  readonly carry: number
}

const tried: Readonly<Record<keyof Weights, readonly number[]>> = {
  level: [0.002, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 0.95],
  carry: [0, 0.3, 0.6, 0.8, 0.9, 0.97],
  season: [0.01, 0.03, 0.08, 0.15, 0.3, 0.5],
  longSeason: [0.01, 0.03, 0.08, 0.15, 0.3, 0.5],
  trend: [0, 0.01, 0.05, 0.15],
  damping: [0.9, 0.97],
}
const begin: Weights = { level: 0.1, trend: 0, damping: 0.9, season: 0.15, longSeason: 0.15, carry: 0.6 }
const rounds = 2
/** Seasons begin as means over so many of them, and do not count before. */
const seasonsToBegin = 2

/**
 * A level, a damped trend, up to two additive seasons, and first-order autocorrelation of the errors. Weights are chosen by coordinate descent on the mean absolute error
 * one step ahead, which outliers do not rule.
 */
export const smoothing = (seasons: readonly number[]): Method => ({
  name: 'SMOOTHING',
  seasons,
  fit(values, count) {
    const start = (seasons.at(-1) ?? 1) * seasonsToBegin
    if (count < start + 8) return undefined
    const initial = beginState(values, seasons, start)
    const scratch = copyState(initial)
    let [best, least] = [begin, Infinity]
    const attempt = (weights: Weights): void => {
      restoreState(scratch, initial)
      const error = filter(values, scratch, weights, count)
      if (error < least) [best, least] = [weights, error]
    }
    attempt(begin)
    const names = (Object.keys(tried) as (keyof Weights)[]).filter((name) => (name === 'season' ? seasons.length > 0 : name === 'longSeason' ? seasons.length > 1 : true))
    for (let round = 0; round < rounds; round++) {
      for (const name of names) {
        if (name === 'damping' && best.trend === 0) continue
        const from = best
        for (const value of tried[name]) if (value !== from[name]) attempt({ ...from, [name]: value })
      }
    }
    return createForecaster(initial, best)
  },
})

interface State {
  /** Of the value to come. */
  at: number
  level: number
  trend: number
  error: number
  readonly season: Float64Array
  readonly longSeason: Float64Array
}

function createForecaster(initial: State, weights: Weights): Forecaster {
  const state = copyState(initial)
  return {
    predict(values, origin, out) {
      if (origin < state.at) restoreState(state, initial)
      filter(values, state, weights, origin)
      let [trend, carried, level] = [state.trend, state.error, state.level]
      for (let step = 0; step < out.length; step++) {
        trend *= weights.damping
        carried *= weights.carry
        level += trend
        out[step] = level + carried + seasonAt(state.season, origin + step) + seasonAt(state.longSeason, origin + step)
      }
    },
  }
}

const seasonAt = (season: Float64Array, at: number): number => (season.length === 0 ? 0 : season[at % season.length] ?? 0)

/** Goes on to `end`; the mean absolute error on the way. */
function filter(values: Float64Array, state: State, { level, trend, damping, season, longSeason, carry }: Weights, end: number): number {
  const { season: short, longSeason: long, at: from } = state
  let [own, slope, last, sum] = [state.level, state.trend, state.error, 0]
  let [place, longPlace] = [short.length === 0 ? 0 : from % short.length, long.length === 0 ? 0 : from % long.length]
  for (let at = from; at < end; at++) {
    const base = own + damping * slope + (short.length === 0 ? 0 : short[place] ?? 0) + (long.length === 0 ? 0 : long[longPlace] ?? 0)
    const raw = (values[at] ?? 0) - base
    const error = raw - carry * last
    sum += Math.abs(error)
    own += damping * slope + level * error
    slope = damping * slope + level * trend * error
    if (short.length > 0) {
      short[place] = (short[place] ?? 0) + season * error
      if (++place === short.length) place = 0
    }
    if (long.length > 0) {
      long[longPlace] = (long[longPlace] ?? 0) + longSeason * error
      if (++longPlace === long.length) longPlace = 0
    }
    last = raw
  }
  state.at = Math.max(from, end)
  state.level = own
  state.trend = slope
  state.error = last
  return sum / Math.max(1, end - from)
}

/** Means of the first seasons: of the short one by its phases, and of the long one of what that leaves. */
function beginState(values: Float64Array, seasons: readonly number[], start: number): State {
  const [short = 0, long = 0] = seasons
  let level = 0
  for (let at = 0; at < start; at++) level += (values[at] ?? 0) / start
  const [season, longSeason] = [new Float64Array(short), new Float64Array(long)]
  const phases = (target: Float64Array, rest: (at: number) => number): void => {
    const counts = new Float64Array(target.length)
    for (let at = 0; at < start; at++) {
      const phase = at % target.length
      counts[phase] = (counts[phase] ?? 0) + 1
      target[phase] = (target[phase] ?? 0) + rest(at)
    }
    for (let phase = 0; phase < target.length; phase++) target[phase] = (target[phase] ?? 0) / Math.max(1, counts[phase] ?? 1)
  }
  if (short > 0) phases(season, (at) => (values[at] ?? 0) - level)
  if (long > 0) phases(longSeason, (at) => (values[at] ?? 0) - level - seasonAt(season, at))
  return { at: start, level, trend: 0, error: 0, season, longSeason }
}

const copyState = (state: State): State => ({ ...state, season: state.season.slice(), longSeason: state.longSeason.slice() })

function restoreState(target: State, { at, level, trend, error, season, longSeason }: State): void {
  Object.assign(target, { at, level, trend, error })
  target.season.set(season)
  target.longSeason.set(longSeason)
}
