import quantile from '@stdlib/stats-base-dists-t-quantile'

/** By how many standard errors a 95 % interval reaches to either side: Student's t at 0.975. `freedom` > 0. */
export const t95 = (freedom: number): number => quantile(0.975, freedom)

/** `mean ± t · standardError` of so many values; null for fewer than two. */
export function meanInterval95(mean: number, standardError: number | null, n: number): readonly [low: number, high: number] | null {
  if (standardError === null || n < 2) return null
  const reach = t95(n - 1) * standardError
  return [mean - reach, mean + reach]
}
