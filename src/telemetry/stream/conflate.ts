import type { Microseconds } from '../reading.ts'
import { comparePlaces } from './place.ts'
import type { PlacedReading } from './placed-reading.ts'

/**
 * Keeps the newest reading of each series, by its own time; of one time the one received last. It is as large as there are series, of which the store keeps
 * a book anyway.
 */
export interface Conflation {
  readonly size: number
  add(placed: PlacedReading): void
  /** What is kept, in the order of receipt; nothing is kept then. */
  flush(): readonly PlacedReading[]
}

export function createConflation(): Conflation {
  const newest = new Map<string, PlacedReading>()
  return {
    get size() {
      return newest.size
    },
    add(placed) {
      const known = newest.get(placed.place.series)
      if (!known || placed.reading.at >= known.reading.at) newest.set(placed.place.series, placed)
    },
    flush() {
      const all = [...newest.values()].sort((left, right) => comparePlaces(left.place, right.place))
      newest.clear()
      return all
    },
  }
}

/** Conflates what was received long ago: in windows of the time of receipt. */
export interface WindowedConflation {
  /** Readings behind those before; returns those of windows that are over. */
  add(placed: readonly PlacedReading[]): readonly PlacedReading[]
  /** Of the last window. */
  rest(): readonly PlacedReading[]
}

export function createWindowedConflation(width: Microseconds): WindowedConflation {
  const conflation = createConflation()
  let window = Number.NaN
  return {
    add(placed) {
      const over: PlacedReading[] = []
      for (const each of placed) {
        const own = Math.floor(each.place.receivedAt / width)
        if (own !== window) for (const kept of conflation.flush()) over.push(kept)
        window = own
        conflation.add(each)
      }
      return over
    },
    rest: conflation.flush,
  }
}
