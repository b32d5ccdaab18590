import type { Payload, PayloadStream } from '../../change/payload-stream.ts'
import type { Microseconds } from '../reading.ts'
import { createWindowedConflation } from './conflate.ts'
import { comparePlaces, type Place } from './place.ts'
import type { PlacedReading } from './placed-reading.ts'
import { type EncodeReading, toReadingsCaughtUp } from './reading-event.ts'
import type { ReadingGroup } from './reading-group.ts'

export interface ReadingStreamConfig {
  readonly group: ReadingGroup
  readonly encode: EncodeReading
  /** The place behind which to begin. */
  readonly from: Place
  /** What was received up to then is the backlog. */
  readonly backlogEnd: Microseconds
  /** What is told first. */
  readonly first: readonly Payload[]
  readonly wake: () => void
  readonly onClose: () => void
}

/**
 * One subscriber: a place. While the ring reaches back to it, payloads are taken from there; else pages of the store are read as fast as they are taken.
 * Both tell every chosen reading behind the place in order, so going from one to the other loses and repeats nothing.
 */
export function createReadingStream({ group, encode, from, backlogEnd, first, wake, onClose }: ReadingStreamConfig): PayloadStream {
  const { ring } = group
  const marks = [...first]
  const windows = group.atMostEvery > 0 ? createWindowedConflation(group.atMostEvery) : undefined
  let place = from
  let isCaughtUp = false
  let isWaiting = false
  let isClosed = false
  let isReading = false
  let failure: unknown
  /** Of the backlog: what is still to be taken, and the place it leads to. */
  let backlog: readonly PlacedReading[] = []
  let next = 0
  let backlogReach = from

  const rouse = (): void => {
    if (!isWaiting || isClosed) return
    isWaiting = false
    wake()
  }
  const isBehind = (at: Place): boolean => comparePlaces(at, ring.floor) < 0

  /** Reads on until there is something to take, or the ring is reached. */
  const readBacklog = async (): Promise<void> => {
    let found: readonly PlacedReading[] = []
    let reach = backlogReach
    while (!isClosed && found.length === 0 && isBehind(reach)) {
      const page = await group.page(reach)
      reach = page.end
      found = windows ? windows.add(page.placed) : page.placed
      if (windows && !isBehind(reach)) found = [...found, ...windows.rest()]
    }
    [backlog, next, backlogReach] = [found, 0, reach]
  }
  const startReading = (): void => {
    if (isReading) return
    isReading = true
    readBacklog().catch((error: unknown) => { failure = error }).finally(() => {
      isReading = false
      rouse()
    })
  }
  const fromBacklog = (): Payload | undefined => {
    const placed = backlog[next]
    if (!placed) return undefined
    next += 1
    place = placed.place
    return group.payloadOf(placed)
  }
  const fromRing = (): Payload | undefined => {
    const told = ring.after(place)
    if (told) {
      place = told.place
      return told.payload
    }
    if (comparePlaces(ring.head, place) > 0) place = ring.head
    if (isCaughtUp || group.seen < backlogEnd) return undefined
    isCaughtUp = true
    return encode(toReadingsCaughtUp(place))
  }
  const takeNext = (): Payload | undefined => {
    if (isReading) return undefined
    const told = fromBacklog()
    if (told !== undefined) return told
    if (comparePlaces(backlogReach, place) > 0) place = backlogReach
    else backlogReach = place
    if (!isBehind(place)) return fromRing()
    startReading()
    return undefined
  }
  group.listeners.add(rouse)
  group.await(backlogEnd)
  return {
    take() {
      if (isClosed) return undefined
      const payload = marks.shift() ?? takeNext()
      if (payload !== undefined) return payload
      if (failure !== undefined || group.failure !== undefined) throw failure ?? group.failure
      isWaiting = true
      return undefined
    },
    get isDone() {
      return isClosed
    },
    close() {
      if (isClosed) return
      isClosed = true
      group.listeners.delete(rouse)
      backlog = []
      onClose()
    },
  }
}
