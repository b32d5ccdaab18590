import type { PayloadStream } from '../../change/payload-stream.ts'
import { failure } from '../../errors.ts'
import type { Registry } from '../../model/registry.ts'
import { nowMicroseconds } from '../../util/clock.ts'
import { createTurns } from '../../util/turns.ts'
import type { Microseconds } from '../reading.ts'
import type { TelemetryService } from '../telemetry-service.ts'
import { checkChoice } from './check-choice.ts'
import { type MatchingTwinsConfig, openMatchingTwins } from './matching-twins.ts'
import { behind, comparePlaces, decodePlace, type Place } from './place.ts'
import { createReadingFilter, type ReadingChoice } from './reading-choice.ts'
import { type EncodeReading, toReadingGap } from './reading-event.ts'
import { openReadingGroup, type ReadingGroup } from './reading-group.ts'
import { createReadingStream } from './reading-stream.ts'

export interface ReadingRequest {
  /** Equal where the payloads are: those who ask the same share one execution. */
  readonly key: string
  /** A cursor; from now on where absent. */
  readonly after?: string | null | undefined
  readonly choice: ReadingChoice
  /** The least time from one reading of a series to the next; 0: every reading is told. */
  readonly atMostEvery: Microseconds
  /** Ids of the twins that match a `where`; absent where there is none. */
  readonly findMatching?: MatchingTwinsConfig['find'] | undefined
  readonly withUnits: boolean
  /** Made for the first of those who ask the same. */
  createEncoder(): EncodeReading
}

/** Readings as they are received. */
export interface ReadingStreams {
  /** Fails with BAD_USER_INPUT, QUERY_TOO_COSTLY, STORE_UNAVAILABLE, TELEMETRY_UNAVAILABLE; so may the stream. */
  open(request: ReadingRequest, wake: () => void): Promise<PayloadStream>
}

export interface ReadingStreamsConfig {
  readonly telemetry: Pick<TelemetryService, 'tail' | 'tailOfAll' | 'directory' | 'policies'> & { readonly store: Pick<TelemetryService['store'], 'received' | 'head'> }
  readonly registry: () => Registry
  /** Calls back after changes of the graph; resolves to how to end that. */
  readonly onGraphChanges: MatchingTwinsConfig['onChanges']
  readonly onTrouble: (error: unknown) => void
  /** Payloads that a group of equal subscribers keeps. */
  readonly ringEntries?: number
  /** Their texts in bytes: of one group, and of all. */
  readonly ringBytes?: number
  readonly allRingBytes?: number
}

/** Pages of backlogs that are read at once, in all. */
const readsAtOnce = 2

interface Shared {
  readonly encode: EncodeReading
  readonly opening: Promise<ReadingGroup>
  subscribers: number
}

export function createReadingStreams(config: ReadingStreamsConfig): ReadingStreams {
  const { telemetry, registry, onGraphChanges, onTrouble, ringEntries = 16_384, ringBytes = 8 << 20, allRingBytes = 256 << 20 } = config
  const groups = new Map<string, Shared>()
  const turn = createTurns(readsAtOnce)
  const limits = { entries: ringEntries, bytes: () => Math.min(ringBytes, allRingBytes / groups.size) }

  const openGroup = async ({ choice, atMostEvery, withUnits, findMatching }: ReadingRequest, encode: EncodeReading): Promise<ReadingGroup> => {
    await checkChoice(choice, telemetry.directory, registry())
    const fate: { group?: ReadingGroup; failure?: unknown } = {}
    const onFailure = (failure: unknown): void => {
      fate.failure = failure
      fate.group?.fail(failure)
    }
    const matching = findMatching && await openMatchingTwins({ find: findMatching, onChanges: onGraphChanges, onTrouble, onFailure })
    const filter = createReadingFilter(choice, () => matching?.current)
    const withoutRuns = !choice.sources.some((source) => source === 'SIMULATED' || source === 'PREDICTED')
    const { tail, tailOfAll, store, directory } = telemetry
    const received = { tail: withoutRuns ? tail : tailOfAll, directory, store: { head: store.head, received: ((after, limit, options) => store.received(after, limit, { ...options, withoutRuns })) satisfies typeof store.received } }
    const group = fate.group = await openReadingGroup({ telemetry: received, filter, atMostEvery, encode, withUnits, limits, turn, onClose: () => { matching?.close() } })
    if (fate.failure !== undefined) group.fail(fate.failure)
    return group
  }
  const join = (request: ReadingRequest): Shared => {
    const known = groups.get(request.key)
    if (known) {
      known.subscribers += 1
      return known
    }
    const encode = request.createEncoder()
    const shared: Shared = { encode, subscribers: 1, opening: openGroup(request, encode) }
    groups.set(request.key, shared)
    return shared
  }
  const leave = (key: string, shared: Shared, group?: ReadingGroup): void => {
    shared.subscribers -= 1
    const isOver = shared.subscribers === 0
    if ((isOver || !group || group.failure !== undefined) && groups.get(key) === shared) groups.delete(key)
    if (isOver) group?.close()
  }
  /** What was received longer ago than anything is kept may be forgotten; nobody knows of each reading whether it was there. */
  const forgottenBefore = async (from: Place): Promise<Place | undefined> => {
    const keep = await telemetry.policies.shortestKeep()
    const before = keep === undefined ? undefined : behind(nowMicroseconds() - keep)
    return before && comparePlaces(from, before) < 0 ? before : undefined
  }

  return {
    async open(request, wake) {
      const { key, after } = request
      const head = await telemetry.store.head()
      const given = typeof after === 'string' ? parsePlace(after, head) : undefined
      const gap = given && await forgottenBefore(given)
      const stale = groups.get(key)
      if (stale && (await stale.opening.catch(() => undefined))?.failure !== undefined && groups.get(key) === stale) groups.delete(key)
      const shared = join(request)
      const group = await shared.opening.catch((error: unknown) => {
        leave(key, shared)
        throw error
      })
      const { encode } = shared
      return createReadingStream({
        group, encode, from: given ?? group.ring.head, backlogEnd: given ? head : -Infinity, wake,
        first: given && gap ? [encode(toReadingGap(given, gap))] : [],
        onClose: () => { leave(key, shared, group) },
      })
    },
  }
}

function parsePlace(cursor: string, head: Microseconds): Place {
  const place = decodePlace(cursor)
  if (place === undefined) throw failure('BAD_USER_INPUT', { message: `\`after\` is no cursor of readings. ${remedy}` })
  if (place.receivedAt > head) throw failure('BAD_USER_INPUT', { message: `\`after\` is a place that nothing was received at yet: it is of another store, or this one was put back to an earlier state. ${remedy}` })
  return place
}

const remedy = 'Give the cursor that a reading or ingest came with, or leave it out.'
