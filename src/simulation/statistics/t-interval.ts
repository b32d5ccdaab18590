import quantile from '@stdlib/stats-base-dists-t-quantile'

/** By how many standard errors a 95 % interval reaches to either side: Student's t at 0.975. `freedom` > 0. */
export const t95 = (freedom: number): number => quantile(0.975, freedom)

/** Of a sample. */
export interface Mean {
  readonly n: number
  readonly mean: number
  /** Null for fewer than two. */
  readonly standardError: number | null
  readonly interval95: readonly [low: number, high: number] | null
}

/** Mean of a sample that is not empty, with its standard error and the 95 % interval by Student's t. */
export function meanOf(values: readonly number[]): Mean {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  if (n < 2) return { n, mean, standardError: null, interval95: null }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const standardError = Math.sqrt(squares / (n - 1) / n)
  const reach = t95(n - 1) * standardError
  return { n, mean, standardError, interval95: [mean - reach, mean + reach] }
}
