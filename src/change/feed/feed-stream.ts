import { toCaughtUp, toGap } from '../change.ts'
import type { Payload, PayloadStream } from '../payload-stream.ts'
import type { ToldPage } from './backlog-pages.ts'
import type { FeedEncoder, FeedGroup } from './feed-group.ts'
import type { Told } from './feed-ring.ts'

export interface FeedStreamConfig {
  readonly group: FeedGroup
  readonly encoder: FeedEncoder
  /** The place behind which to begin. */
  readonly from: number
  /** The journal's end when the subscription began: what lies before is its backlog. */
  readonly backlogEnd: number
  readonly wake: () => void
  readonly onClose: () => void
}

/**
 * One subscriber: a place. While the ring reaches back to it, payloads are taken from there; else pages of the journal are read, one ahead, as fast as they are
 * taken. Both tell every chosen change behind the place in order, so going from one to the other loses and repeats nothing.
 */
export function createFeedStream({ group, encoder, from, backlogEnd, wake, onClose }: FeedStreamConfig): PayloadStream {
  const { ring } = group
  const marks: Payload[] = []
  let place = from
  let isCaughtUp = false
  let isWaiting = false
  let isClosed = false
  let failure: unknown
  let page: ToldPage | undefined
  let next = 0
  let ahead: Promise<void> | undefined
  let fetched: ToldPage | undefined

  const rouse = (): void => {
    if (!isWaiting || isClosed) return
    isWaiting = false
    wake()
  }
  /** Reads the page behind a place; those in which nothing is chosen are passed over at once. */
  const fetch = async (after: number): Promise<void> => {
    let [reached, found] = [after, await group.page(after)]
    while (!isClosed && found.end < ring.floor && nothingIn(found, reached)) {
      reached = Math.max(reached, found.end)
      found = await group.page(reached)
    }
    fetched = found
  }
  const readAhead = (after: number): void => {
    ahead ??= fetch(after).catch((error: unknown) => { failure = error }).finally(() => {
      ahead = undefined
      rouse()
    })
  }
  /** Makes the page that was read the one payloads are taken from. */
  const turnPage = (found: ToldPage): void => {
    if (found.floor !== undefined && found.floor > place) {
      marks.push(encoder.mark(toGap(place, found.floor)))
      place = found.floor
    }
    page = found
    next = found.told.findIndex(({ seq }) => seq > place)
    if (next === -1) next = found.told.length
    if (found.end > place && found.end < ring.floor) readAhead(found.end)
  }
  /** The end of the backlog comes before what happened after it, whether that was waited for or not. */
  const caughtUpBefore = (told: Told | undefined): Payload | undefined => {
    if (isCaughtUp || (told ? told.seq <= backlogEnd : place < backlogEnd)) return undefined
    isCaughtUp = true
    place = Math.max(place, backlogEnd)
    return encoder.mark(toCaughtUp(place))
  }
  const fromPage = (): Payload | undefined => {
    const told = page?.told[next]
    if (told) {
      const mark = caughtUpBefore(told)
      if (mark !== undefined) return mark
      next += 1
      place = told.seq
      return told.payload
    }
    place = Math.max(place, page?.end ?? place)
    page = undefined
    return undefined
  }
  const fromRing = (): Payload | undefined => {
    const told = ring.after(place)
    if (!told) place = Math.max(place, ring.head)
    const mark = caughtUpBefore(told)
    if (mark !== undefined || !told) return mark
    place = told.seq
    return told.payload
  }
  const takeNext = (): Payload | undefined => {
    for (;;) {
      const told = marks.shift() ?? (page ? fromPage() : undefined)
      if (told !== undefined) return told
      if (place >= ring.floor) return fromRing()
      if (!fetched) {
        readAhead(place)
        return undefined
      }
      const found = fetched
      fetched = undefined
      turnPage(found)
    }
  }
  group.listeners.add(rouse)
  group.await(backlogEnd)
  return {
    take() {
      if (isClosed) return undefined
      const payload = takeNext()
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
      page = fetched = undefined
      onClose()
    },
  }
}

const nothingIn = ({ told, floor }: ToldPage, after: number): boolean => (floor === undefined || floor <= after) && !told.some(({ seq }) => seq > after)
