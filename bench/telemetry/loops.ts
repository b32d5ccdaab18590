import { setTimeout as wait } from 'node:timers/promises'

export interface Latencies {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
  readonly count: number
}

export function summarise(samples: readonly number[]): Latencies {
  const sorted = [...samples].sort((left, right) => left - right)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN, count: sorted.length }
}

/** Keeps so many in flight until the time is up or there is nothing more to do; resolves to how many were done a second. */
export async function closedLoop(inFlight: number, seconds: number, work: () => Promise<unknown> | undefined): Promise<number> {
  const start = performance.now()
  const until = start + seconds * 1_000
  let done = 0
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      const working = work()
      if (!working) return
      await working
      done++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return done / ((performance.now() - start) / 1_000)
}

/**
 * Begins work at a fixed rate, whatever became of the work before. A sample is the time from when a piece of work was due, not from when it could begin: a
 * server that stalls is charged for everything that waits meanwhile (no coordinated omission).
 */
export async function openLoop(perSecond: number, signal: AbortSignal, work: () => Promise<unknown>): Promise<Latencies> {
  const samples: number[] = []
  const start = performance.now()
  const running = new Set<Promise<void>>()
  let failed: unknown
  for (let begun = 0; !signal.aborted && failed === undefined;) {
    const due = start + (begun / perSecond) * 1_000
    const now = performance.now()
    if (due > now) {
      await wait(Math.max(1, due - now))
      continue
    }
    begun++
    const one = work().then(() => { samples.push(performance.now() - due) }, (error: unknown) => { failed = error }).finally(() => running.delete(one))
    running.add(one)
  }
  await Promise.all(running)
  if (failed !== undefined) throw failed instanceof Error ? failed : new Error('The work failed.', { cause: failed })
  return summarise(samples)
}
