import type { ModelService } from '../../model/model-service.ts'
import { type CaughtUp, type Change, type Gap, toChange, toGap } from '../change.ts'
import type { Journal, JournalEntry } from '../journal.ts'
import type { Payload } from '../payload-stream.ts'
import type { JournalTail } from '../tail.ts'
import type { ChangeFilter } from './change-filter.ts'
import { createBacklogPages, type ToldPage } from './backlog-pages.ts'
import { createFeedRing, type FeedRing, type RingLimits } from './feed-ring.ts'
import { type Stretch, readOn } from './read-on.ts'
import { registryFor } from './registry-for.ts'

/** Turns events into payloads, one each. */
export interface FeedEncoder {
  /** Those of one call are worked on together. */
  changes(changes: readonly Change[]): readonly Payload[] | Promise<readonly Payload[]>
  mark(event: Gap | CaughtUp): Payload
}

export interface FeedGroupConfig {
  readonly journal: Journal
  readonly tail: JournalTail
  readonly models: Pick<ModelService, 'registry' | 'refresh'>
  readonly filter: ChangeFilter
  /** The id of the scenario whose changes are told; undefined: those of the base. */
  readonly scenario: string | undefined
  readonly encoder: FeedEncoder
  /** Whether payloads show properties, which the tail does not carry. */
  readonly withProperties: boolean
  readonly limits: RingLimits
  /** Where reading the backlog waits for its turn, so that many who come back at once do not press the store. */
  readonly turn: <T>(task: () => Promise<T>) => Promise<T>
}

/**
 * One execution of a feed for all who asked the same: what the tail tells is filtered, encoded and kept once. Subscribers are places in the ring,
 * and read the journal where they are behind it; of those pages, too, one serves all who want it at the time.
 */
export interface FeedGroup {
  readonly ring: FeedRing
  /** What ended it. */
  readonly failure: unknown
  /** Called when the ring has something new, when it comes to an awaited place, and at the end. */
  readonly listeners: Set<() => void>
  /** Somebody waits for the ring to come to a place. */
  await(place: number): void
  /** A page of the backlog that holds what lies just behind a place; it may begin in front of it. */
  page(after: number): Promise<ToldPage>
  close(): void
}

/** Entries that wait to be encoded; beyond, they are read again. */
const mostWaiting = 8_192
/** Entries that are read at once where the tail does not carry what is needed. */
const mostRead = 1_024

export async function openFeedGroup(config: FeedGroupConfig): Promise<FeedGroup> {
  const { journal, tail, models, filter, scenario, encoder, withProperties, limits, turn } = config
  const listeners = new Set<() => void>()
  const readOptions = { withBefore: withProperties, withPatch: withProperties }
  let waiting: JournalEntry[] = []
  let known = 0
  let awaited = 0
  let isOpen = false
  let working = false
  let failure: unknown

  const notify = (): void => { for (const listener of [...listeners]) listener() }
  const reading = await tail.join({
    entries(entries) {
      known = entries.at(-1)?.seq ?? known
      if (!withProperties) waiting = waiting.length > mostWaiting ? [] : waiting.concat(entries)
      void work()
    },
    gap(_, to) {
      known = to
      waiting = []
      void work()
    },
  })
  known = Math.max(known, reading.from)
  const ring = createFeedRing(reading.from, limits)
  isOpen = true

  const tell = async ({ entries, end, floor }: Stretch): Promise<ToldPage> => {
    const registry = await registryFor(models, entries)
    const changes = entries.filter((entry) => filter(entry, registry)).map((entry) => toChange(entry, registry, scenario))
    const payloads = changes.length > 0 ? await encoder.changes(changes) : []
    return { floor, end, told: changes.map(({ seq }, index) => ({ seq, payload: payloads[index] ?? '' })) }
  }
  /** What the tail told where that goes on from the ring's head, else what the journal has. */
  const next = async (): Promise<Stretch> => {
    const entries = waiting.filter(({ seq }) => seq > ring.head)
    waiting = []
    if (entries[0]?.seq === ring.head + 1) return { entries, floor: undefined, end: entries.at(-1)?.seq ?? ring.head }
    return await turn(() => readOn(journal, ring.head, mostRead, readOptions))
  }
  const work = async (): Promise<void> => {
    if (working || !isOpen) return
    working = true
    try {
      while (ring.head < known && isOpen) {
        const before = ring.head
        const { floor, told, end } = await tell(await next())
        const gap = floor === undefined ? [] : [{ seq: floor, payload: encoder.mark(toGap(before, floor)) }]
        ring.advance([...gap, ...told], end)
        if (gap.length + told.length > 0 || before < awaited) notify()
      }
    } catch (error) {
      failure = error
      isOpen = false
      reading.end()
      notify()
    } finally {
      working = false
    }
  }

  void work() // what was told while it was being opened
  const page = createBacklogPages({
    read: (after, limit) => turn(() => readOn(journal, after, limit, readOptions)), tell,
    isBehind: (place) => isOpen && place < ring.floor,
  })
  return {
    ring, listeners, page,
    get failure() {
      return failure
    },
    await(place) {
      awaited = Math.max(awaited, place)
    },
    close() {
      isOpen = false
      reading.end()
      listeners.clear()
    },
  }
}
