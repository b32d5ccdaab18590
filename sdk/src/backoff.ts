export interface Backoff {
  /** The longest wait before the first retry, in ms. */
  readonly baseMs: number
  /** The longest wait before any retry, in ms. */
  readonly maxMs: number
  /** From [0, 1). */
  readonly random: () => number
}

export const defaultBackoff: Backoff = { baseMs: 250, maxMs: 15_000, random: () => Math.random() }

/**
 * Exponential, with "full jitter": anywhere between now and the bound, so that the clients of a server that restarts do not all come at once.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const retryDelay = (attempt: number, { baseMs, maxMs, random }: Backoff): number => random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30))
