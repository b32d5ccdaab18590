import type { Microseconds } from '../reading.ts'
import type { TelemetryStore } from '../telemetry-store.ts'

/** The way into the store, closed for a moment to readings of a time that is being summarised and forgotten: one that came in between would be lost. */
export interface LateGate extends Pick<TelemetryStore, 'append'> {
  /** Waits for what is on its way in, then works while nothing before the time comes in. One at a time. */
  without<T>(before: Microseconds, work: () => Promise<T>): Promise<T>
  /** Works while nothing is summarised and forgotten. */
  undisturbed<T>(work: () => Promise<T>): Promise<T>
}

export function createLateGate(store: Pick<TelemetryStore, 'append'>): LateGate {
  const underWay = new Set<Promise<unknown>>()
  let closed: { readonly before: Microseconds; readonly opened: Promise<void> } | undefined

  const waitedFor = async <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work)
    try {
      return await work
    } finally {
      underWay.delete(work)
    }
  }

  return {
    async append(readings) {
      for (let gate = closed; gate && readings.some(({ at }) => at < (gate?.before ?? 0)); gate = closed) await gate.opened
      return await waitedFor(store.append(readings))
    },
    async undisturbed(work) {
      while (closed) await closed.opened
      return await waitedFor(work())
    },
    async without(before, work) {
      const { promise: opened, resolve: open } = Promise.withResolvers<void>()
      closed = { before, opened }
      try {
        await Promise.allSettled(underWay) // whoever sent them is told what became of them
        return await work()
      } finally {
        closed = undefined
        open()
      }
    },
  }
}
