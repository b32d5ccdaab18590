import { setTimeout as pause } from 'node:timers/promises'

/** Waits longer from time to time: `leastMs`, twice that, and so on up to `mostMs`. */
export interface BackOff {
  /** Rejects with the signal's reason as soon as it is aborted. */
  wait(signal: AbortSignal): Promise<void>
}

export function createBackOff({ leastMs, mostMs }: { readonly leastMs: number; readonly mostMs: number }): BackOff {
  let next = leastMs
  return {
    async wait(signal) {
      const ms = next
      next = Math.min(next * 2, mostMs)
      await pause(ms, undefined, { signal })
    },
  }
}
