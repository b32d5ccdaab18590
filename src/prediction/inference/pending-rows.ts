import type { Microseconds } from '../../telemetry/reading.ts'

/** What waits to be predicted: of each twin, instants. */
export interface PendingRows {
  /** False where there are too many: the oldest have then made room, and were not predicted. */
  add(twin: number, at: Microseconds, receivedAt: Microseconds): boolean
  /** All of it, and since when the oldest waits; nothing waits afterwards. */
  take(): { readonly instants: ReadonlyMap<number, readonly Microseconds[]>; readonly since: Microseconds; readonly count: number }
  readonly size: number
}

export function createPendingRows(most: number): PendingRows {
  let waiting = new Map<number, Set<Microseconds>>()
  let [size, since] = [0, Infinity]
  const drop = (): void => {
    const [twin, instants] = [...waiting].reduce((longest, each) => (each[1].size > longest[1].size ? each : longest))
    const oldest = Math.min(...instants)
    instants.delete(oldest)
    if (instants.size === 0) waiting.delete(twin)
    size -= 1
  }
  return {
    get size() { return size },
    add(twin, at, receivedAt) {
      const instants = waiting.get(twin) ?? new Set<Microseconds>()
      waiting.set(twin, instants)
      if (instants.has(at)) return true
      instants.add(at)
      size += 1
      since = Math.min(since, receivedAt)
      if (size <= most) return true
      drop()
      return false
    },
    take() {
      const taken = { instants: new Map([...waiting].map(([twin, instants]) => [twin, [...instants].sort((a, b) => a - b)])), since, count: size }
      waiting = new Map()
      size = 0
      since = Infinity
      return taken
    },
  }
}
