import type { Payload } from '../../change/payload-stream.ts'
import { comparePlaces, type Place } from './place.ts'

/** A payload and the place it tells of. */
export interface Told {
  readonly place: Place
  readonly payload: Payload
}

/**
 * The newest payloads of a stream, in order. It knows everything in `(floor, head]`: what is not in it was not chosen. When it is full the oldest go, and the
 * floor comes after them.
 */
export interface ReadingRing {
  readonly floor: Place
  readonly head: Place
  /** The first behind a place that is not before the floor. */
  after(place: Place): Told | undefined
  /** What was told up to a place. */
  advance(told: readonly Told[], head: Place): void
  /** Forgets everything up to a place. */
  restart(place: Place): void
}

export interface RingLimits {
  readonly entries: number
  /** Of payloads' texts, about. */
  bytes(): number
}

export function createReadingRing(start: Place, limits: RingLimits): ReadingRing {
  let items: Told[] = []
  let first = 0
  let bytes = 0
  let [floor, head] = [start, start]

  const dropOldest = (): void => {
    while (items.length - first > limits.entries || (bytes > limits.bytes() && first < items.length)) {
      const oldest = items[first++] as Told
      bytes -= sizeOf(oldest)
      floor = oldest.place
    }
    if (first > 1_024 && first * 2 > items.length) [items, first] = [items.slice(first), 0]
  }
  return {
    get floor() {
      return floor
    },
    get head() {
      return head
    },
    after(place) {
      let [low, high] = [first, items.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if (comparePlaces((items[middle] as Told).place, place) > 0) high = middle
        else low = middle + 1
      }
      return items[low]
    },
    advance(told, to) {
      for (const each of told) {
        items.push(each)
        bytes += sizeOf(each)
      }
      head = to
      dropOldest()
    },
    restart(place) {
      items = [];
      [first, bytes, floor, head] = [0, 0, place, place]
    },
  }
}

/** A string of a server's takes one or two bytes a character. */
const sizeOf = ({ payload }: Told): number => payload.length * 2
