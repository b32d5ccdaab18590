import type { Payload } from '../payload-stream.ts'

/** A payload and the place it tells of. */
export interface Told {
  readonly seq: number
  readonly payload: Payload
}

/**
 * The newest payloads of a feed, in order. It knows everything in `(floor, head]`: what is not in it was not chosen. When it is full the oldest go, and the
 * floor comes after them.
 */
export interface FeedRing {
  readonly floor: number
  readonly head: number
  /** The first behind a place that is not before the floor. */
  after(place: number): Told | undefined
  /** What was told up to a place. */
  advance(told: readonly Told[], head: number): void
}

export interface RingLimits {
  readonly entries: number
  /** Of payloads' texts, about. */
  bytes(): number
}

export function createFeedRing(start: number, limits: RingLimits): FeedRing {
  let items: Told[] = []
  let first = 0
  let bytes = 0
  let [floor, head] = [start, start]

  const dropOldest = (): void => {
    while (items.length - first > limits.entries || (bytes > limits.bytes() && first < items.length)) {
      const oldest = items[first++] as Told
      bytes -= sizeOf(oldest)
      floor = oldest.seq
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
        if ((items[middle] as Told).seq > place) high = middle
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
  }
}

/** A string of a server's takes one or two bytes a character. */
const sizeOf = ({ payload }: Told): number => payload.length * 2
