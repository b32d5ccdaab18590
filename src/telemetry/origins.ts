import type { Microseconds, NewReading } from './reading.ts'

/** What is known of a device or system that sends readings. */
export interface OriginState {
  readonly origin: string
  /** The latest time it gave: what it sends of earlier is late. */
  watermark: Microseconds
  lastReceivedAt: Microseconds
  /** Since the process began. */
  readings: number
  /** Behind the watermark when they came. */
  late: number
}

/** The origins by name; the ones heard of longest ago are forgotten where there are too many. */
export interface Origins {
  readonly all: Iterable<OriginState>
  notice(readings: readonly NewReading[], receivedAt: Microseconds): void
}

export function createOrigins(most = 10_000): Origins {
  const states = new Map<string, OriginState>()
  return {
    get all() {
      return states.values()
    },
    notice(readings, receivedAt) {
      for (const { origin, at } of readings) {
        if (origin === null) continue
        let state = states.get(origin)
        if (!state) {
          if (states.size >= most) states.delete(states.keys().next().value ?? '')
          states.set(origin, state = { origin, watermark: at, lastReceivedAt: receivedAt, readings: 0, late: 0 })
        }
        state.readings++
        state.lastReceivedAt = receivedAt
        if (at < state.watermark) state.late++
        else state.watermark = at
      }
    },
  }
}
