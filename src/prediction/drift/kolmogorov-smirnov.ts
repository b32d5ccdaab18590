import type { ReferenceCells } from './reference-cells.ts'
import type { Tally } from './tally.ts'

/** Beyond so many pairs the limit distribution is as good, and takes no time. */
const mostExact = 10_000

/** The greatest distance between the two distributions, from 0 to 1: looked for at every step of the reference's, and just before it. */
export function greatestDistance({ upTo, size }: ReferenceCells, { counts, rows }: Tally): number {
  if (rows === 0) return 0
  let [greatest, below] = [0, 0]
  const look = (reference: number): void => { greatest = Math.max(greatest, Math.abs(reference / size - below / rows)) }
  for (let index = 0; index < upTo.length; index++) {
    below += counts[2 * index] ?? 0
    look(upTo[index - 1] ?? 0)
    below += counts[2 * index + 1] ?? 0
    look(upTo[index] ?? 0)
  }
  return greatest
}

/**
 * How probable a distance of two samples is that is at least so great, where they are of one distribution. Where values are equal it is an upper bound.
 * Exact for up to 10,000 pairs, by counting paths (Hodges, Arkiv för Matematik 3, 1958); beyond, by Kolmogorov's limit with Stephens' correction (JRSS B 32, 1970).
 */
export const distanceProbability = (distance: number, n: number, m: number): number => (n * m <= mostExact ? exactProbability(distance, n, m) : limitProbability(distance, n, m))

/** Paths from corner to corner of an n × m grid that stay nearer to the diagonal than the distance, of all paths. */
export function exactProbability(distance: number, n: number, m: number): number {
  const bound = (0.5 + Math.floor(distance * n * m - 1e-7)) / (n * m)
  const inside = new Float64Array(m + 1)
  for (let j = 0; j <= m; j++) inside[j] = j / m > bound ? 0 : 1
  for (let i = 1; i <= n; i++) {
    const weight = i / (i + m)
    inside[0] = i / n > bound ? 0 : weight * (inside[0] ?? 0)
    for (let j = 1; j <= m; j++) inside[j] = Math.abs(i / n - j / m) > bound ? 0 : weight * (inside[j] ?? 0) + (inside[j - 1] ?? 0)
  }
  return Math.min(1, Math.max(0, 1 - (inside[m] ?? 0)))
}

export function limitProbability(distance: number, n: number, m: number): number {
  const root = Math.sqrt((n * m) / (n + m))
  return kolmogorovTail((root + 0.12 + 0.11 / root) * distance)
}

/** 2 Σ (-1)^(k-1) e^(-2 k² λ²); below 1 by its other form, which converges there: 1 - √(2π)/λ Σ e^(-(2k-1)² π² / 8λ²). */
export function kolmogorovTail(lambda: number): number {
  if (lambda <= 0) return 1
  const terms = [1, 2, 3, 4, 5, 6]
  if (lambda < 1) return 1 - (Math.sqrt(2 * Math.PI) / lambda) * terms.reduce((sum, k) => sum + Math.exp(-((2 * k - 1) ** 2 * Math.PI ** 2) / (8 * lambda ** 2)), 0)
  return 2 * terms.reduce((sum, k) => sum + (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k ** 2 * lambda ** 2), 0)
}
