import type { Microseconds } from '../../telemetry/reading.ts'

const [hour, day, week] = [3_600_000_000, 86_400_000_000, 604_800_000_000]
/** Whole seasons that a history has at least. */
const leastSeasons = 3
/** Of the autocorrelation, for a season that no clock has. */
const leastCorrelation = 0.4

/** Seasons of the clock, in steps of the grid, that a history of `count` values can tell of: at most two, the shortest first. */
export function clockSeasons(every: Microseconds, count: number): readonly number[] {
  const lengths = [hour, day, week].filter((length) => length % every === 0).map((length) => length / every)
  return lengths.filter((length) => length >= 4 && length * leastSeasons <= count).slice(-2)
}

/**
 * The season that shows in the values themselves, where it is none of the clock's: the highest peak of the autocorrelation of the differences. Filled values; undefined where
 * there is none.
 */
export function shownSeason(values: Float64Array, known: readonly number[]): number | undefined {
  const longest = Math.floor(values.length / leastSeasons)
  if (longest < 6) return undefined
  const correlations = autocorrelations(values, longest + 1)
  let best: number | undefined
  for (let lag = 4; lag <= longest; lag++) {
    const here = correlations[lag] ?? 0
    if (here < leastCorrelation || here < (correlations[lag - 1] ?? 0) || here < (correlations[lag + 1] ?? 0)) continue
    if (best === undefined || here > (correlations[best] ?? 0) + 0.05) best = lag
  }
  return best !== undefined && known.every((season) => !isNearMultiple(best, season) && !isNearMultiple(season, best)) ? best : undefined
}

const isNearMultiple = (long: number, short: number): boolean => Math.abs(long - Math.max(1, Math.round(long / short)) * short) <= Math.max(1, 0.02 * long)

function autocorrelations(values: Float64Array, longest: number): Float64Array {
  const count = values.length
  let mean = 0
  for (const value of values) mean += value / count
  const centred = values.map((value) => value - mean)
  const at = (lag: number): number => {
    let sum = 0
    for (let index = lag; index < count; index++) sum += (centred[index] ?? 0) * (centred[index - lag] ?? 0)
    return sum
  }
  const variance = at(0)
  return Float64Array.from({ length: longest + 1 }, (_, lag) => (variance === 0 ? 0 : at(lag) / variance))
}
