import type { Payload } from '../../change/payload-stream.ts'
import { failure } from '../../errors.ts'
import { monotonicMs } from '../../util/clock.ts'
import type { Microseconds } from '../reading.ts'
import type { Received } from '../telemetry-store.ts'
import type { TelemetryService } from '../telemetry-service.ts'
import { ownerOf } from '../twin-directory.ts'
import { createConflation } from './conflate.ts'
import { behind, comparePlaces, isWholeBatch, type Place } from './place.ts'
import { type PlacedReading, toPlaced } from './placed-reading.ts'
import { seriesName } from './reading-choice.ts'
import { type EncodeReading, toReadingReceived } from './reading-event.ts'
import { createReadingRing, type ReadingRing, type RingLimits } from './reading-ring.ts'

export type ReadingSource = Pick<TelemetryService, 'tail' | 'directory'> & { readonly store: Pick<TelemetryService['store'], 'received' | 'head'> }

export interface ReadingGroupConfig {
  readonly telemetry: ReadingSource
  readonly filter: (received: Received) => boolean
  /** The least time from one reading of a series to the next; 0: every reading is told. */
  readonly atMostEvery: Microseconds
  readonly encode: EncodeReading
  /** Whether payloads show units, for which the twins' models have to be known. */
  readonly withUnits: boolean
  readonly limits: RingLimits
  /** Where reading the backlog waits for its turn, so that many who come back at once do not press the store. */
  readonly turn: <T>(task: () => Promise<T>) => Promise<T>
  /** Called once, at its end, whatever that is. */
  readonly onClose: () => void
}

/** Some of the backlog: the chosen readings in `(…, end]`. */
export interface BacklogPage {
  readonly placed: readonly PlacedReading[]
  readonly end: Place
}

/**
 * One execution of a stream for all who asked the same: what the tail tells is filtered, conflated, encoded and kept once. Subscribers are places in the ring,
 * and read the store where they are behind it.
 */
export interface ReadingGroup {
  readonly ring: ReadingRing
  /** Everything received up to here is in the ring, or waits to be conflated. */
  readonly seen: Microseconds
  readonly atMostEvery: Microseconds
  /** What ended it. */
  readonly failure: unknown
  /** Called when the ring has something new, when an awaited time has come, and at the end. */
  readonly listeners: Set<() => void>
  /** Somebody waits for the group to have seen what was received by then. */
  await(receivedAt: Microseconds): void
  /** What lies behind a place, in the store. */
  page(after: Place): Promise<BacklogPage>
  payloadOf(placed: PlacedReading): Payload
  /** Ends it for all who are in it. */
  fail(error: unknown): void
  close(): void
}

/** Readings that wait to be encoded; beyond, they are read again by whoever wants them. */
const mostWaiting = 20_000
/** Readings of the backlog that are read at once, but for a batch that is larger. */
const pageSize = 2_000

export async function openReadingGroup({ telemetry, filter, atMostEvery, encode, withUnits, limits, turn, onClose }: ReadingGroupConfig): Promise<ReadingGroup> {
  const { tail, store, directory } = telemetry
  const listeners = new Set<() => void>()
  const conflation = createConflation()
  let waiting: Received[] = []
  let [known, seen, awaited] = [-Infinity, -Infinity, -Infinity]
  let ring: ReadingRing | undefined
  let isWorking = false
  let isOver = false
  let failed: unknown
  let flushedAt = -Infinity
  let timer: NodeJS.Timeout | undefined

  const notify = (): void => { for (const listener of [...listeners]) listener() }
  const unlisten = tail.listen((readings, upTo) => {
    known = upTo
    for (const each of readings) if (filter(each)) waiting.push(each)
    void work()
  })
  const close = (): void => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    unlisten()
    onClose()
  }
  const fail = (error: unknown): void => {
    if (isOver) return
    failed = error
    close()
    notify()
  }
  const payloadOf = (placed: PlacedReading): Payload => (placed.payload ??= encode(toReadingReceived(placed, withUnits ? unitOf(placed.reading, directory) : null)))
  const tell = (placed: readonly PlacedReading[]): void => {
    ring?.advance(placed.map((each) => ({ place: each.place, payload: payloadOf(each) })), behind(seen))
    if (placed.length > 0) notify()
  }
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    flushedAt = monotonicMs()
    try {
      tell(conflation.flush())
    } catch (error) {
      fail(error)
    }
  }
  /** The first reading after a rest is told at once; what follows, when the interval is over. */
  const conflate = (placed: readonly PlacedReading[]): void => {
    for (const each of placed) conflation.add(each)
    if (conflation.size === 0) return tell([])
    const waitMs = flushedAt + atMostEvery / 1_000 - monotonicMs()
    if (waitMs <= 0) flush()
    else timer ??= setTimeout(flush, waitMs).unref()
  }
  const prepare = async (readings: readonly Received[]): Promise<void> => {
    if (withUnits && readings.length > 0) await directory.prepare(readings.map(({ series }) => ownerOf(series.twin)))
  }
  const work = async (): Promise<void> => {
    if (isWorking || !ring || isOver) return
    isWorking = true
    try {
      while (known > seen && !isOver) {
        const [readings, upTo] = [waiting, known]
        waiting = []
        await prepare(readings)
        const wasAwaited = seen < awaited
        seen = upTo
        if (waiting.length > mostWaiting) {
          waiting = [];
          [seen] = [known]
          conflation.flush()
          ring.restart(behind(seen))
          notify()
        } else if (atMostEvery > 0) conflate(toPlaced(readings))
        else tell(toPlaced(readings))
        if (wasAwaited && seen >= awaited) notify()
      }
    } catch (error) {
      fail(error)
    } finally {
      isWorking = false
    }
  }

  try {
    await tail.started()
    if (Number.isNaN(tail.position)) throw failure('SHUTTING_DOWN')
  } catch (error) {
    close()
    throw error
  }
  waiting = []
  known = seen = tail.position
  const opened = ring = createReadingRing(behind(seen), limits)

  const pages = new Map<string, Promise<BacklogPage>>()
  const readPage = async (after: Place): Promise<BacklogPage> => {
    const { floor } = opened
    const found = await store.received(isWholeBatch(after) ? after.receivedAt : after.receivedAt - 1, pageSize)
    const last = found.at(-1)
    const chosen = found.filter(filter)
    await prepare(chosen)
    const end = last ? behind(last.receivedAt) : comparePlaces(floor, after) > 0 ? floor : after
    return { placed: toPlaced(chosen).filter(({ place }) => comparePlaces(place, after) > 0), end }
  }
  return {
    ring: opened, listeners, atMostEvery, payloadOf, fail, close,
    get seen() {
      return seen
    },
    get failure() {
      return failed
    },
    await(receivedAt) {
      awaited = Math.max(awaited, receivedAt)
      if (awaited > seen) tail.wake() // runs that say something wake nobody who does not ask for it
    },
    page(after) {
      const key = `${after.receivedAt} ${after.series} ${after.at}`
      const shared = pages.get(key)
      if (shared) return shared
      const page = turn(() => readPage(after)).finally(() => { pages.delete(key) })
      pages.set(key, page)
      return page
    },
  }
}

const unitOf = (reading: Received, directory: ReadingSource['directory']): string | null =>
  directory.channelsOf(ownerOf(reading.series.twin))?.find(seriesName(reading))?.channel.telemetry.unit ?? null
