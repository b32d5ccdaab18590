/** How much is done at a time: what rows say does not depend on it. */
export interface ReadLimits {
  /** Numbers of a portion, of its rows and of windows beside. */
  readonly numbers: number
  /** Series of twins that are read side by side, and of one call of the store. */
  readonly series: number
  readonly seriesInCall: number
  /** Readings of one call, and of one series in it at least and at most. */
  readonly readings: number
  readonly leastPage: number
  readonly mostPage: number
  /** Readings that lie in windows at once. */
  readonly held: number
}

export const usualLimits: ReadLimits = { numbers: 50_000, series: 5_000, seriesInCall: 1_000, readings: 20_000, leastPage: 100, mostPage: 10_000, held: 4_000_000 }

/** Readings of each of some series in one call. */
export const pageOf = ({ readings, leastPage, mostPage }: ReadLimits, series: number): number => Math.max(leastPage, Math.min(mostPage, Math.floor(readings / series)))
