import type { Microseconds } from '../../telemetry/reading.ts'

/** A history is of at most so many steps. */
export const mostHistory = 1_500
/** A forecast is of at most so many steps. */
export const mostSteps = 300
/** So many steps, at most, where nobody says how long they are. */
const usualSteps = 200
/** A history goes back so many horizons, where that much is there and no longer time would be told in as fine steps. */
const horizonsBack = 30

const [millisecond, second, minute, hour, day] = [1_000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000]
const sensible: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * millisecond), ...[1, 2, 5, 10, 15, 30].map((count) => count * second), ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 4, 6, 8, 12].map((count) => count * hour), ...[1, 7, 28].map((count) => count * day),
]
const longest = 28 * day
/** Readings come a little early or late. */
const jitter = 0.05

/** A time cut into steps on the grid of UTC: `[from, from + every)` … up to `to`. */
export interface Grid {
  readonly from: Microseconds
  readonly to: Microseconds
  readonly every: Microseconds
}

/** The median time between readings that follow each other; undefined of fewer than two. */
export function usualInterval(times: readonly Microseconds[]): Microseconds | undefined {
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at)).toSorted((one, other) => one - other)
  return gaps[gaps.length >> 1]
}

/** The step of a forecast: no finer than readings come, and such that history and forecast are of a bounded number of steps. `span`: of all that was ever read. */
export function chooseStep({ interval, horizon, span }: { readonly interval: Microseconds; readonly horizon: Microseconds; readonly span: Microseconds }): Microseconds {
  const least = Math.max(interval * (1 - jitter), horizon / usualSteps, Math.min(span, 28 * day, horizonsBack * horizon) / mostHistory)
  return sensible.find((step) => step >= least) ?? Math.ceil(least / longest) * longest
}

/** The steps that end with the last one that is whole: that the next reading would not lie in, as readings usually come. */
export function gridUntil(latest: Microseconds, interval: Microseconds, every: Microseconds): Grid {
  const begun = Math.floor(latest / every) * every
  const isWhole = latest + interval * (1 + jitter) >= begun + every
  const to = isWhole ? begun + every : begun
  return { from: to - mostHistory * every, to, every }
}
