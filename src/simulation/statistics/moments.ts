/** Mean and spread of numbers as they come, without keeping them. B. P. Welford 1962. */
export interface Moments {
  add(value: number): void
  readonly n: number
  /** 0 of none. */
  readonly mean: number
  /** The sum of squares of what is away from the mean. */
  readonly squares: number
  /** Of the mean, of a sample; null for fewer than two. */
  readonly standardError: number | null
}

export function createMoments(): Moments {
  let [n, mean, squares] = [0, 0, 0]
  return {
    add(value) {
      n++
      const away = value - mean
      mean += away / n
      squares += away * (value - mean)
    },
    get n() { return n },
    get mean() { return mean },
    get squares() { return squares },
    get standardError() { return n < 2 ? null : Math.sqrt(squares / (n - 1) / n) },
  }
}

/** The standard deviation over all the numbers of several; 0 of none. */
export function pooledDeviation(parts: readonly Pick<Moments, 'n' | 'mean' | 'squares'>[]): number {
  const n = parts.reduce((sum, part) => sum + part.n, 0)
  if (n === 0) return 0
  const mean = parts.reduce((sum, part) => sum + part.n * part.mean, 0) / n
  return Math.sqrt(parts.reduce((sum, part) => sum + part.squares + part.n * (part.mean - mean) ** 2, 0) / n)
}
