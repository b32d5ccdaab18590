import { failure } from '../../errors.ts'
import { createTurns } from '../../util/turns.ts'
import { newId } from '../../util/id.ts'
import type { Journal, JournalEntry } from '../journal.ts'
import type { PayloadStream } from '../payload-stream.ts'
import type { JournalTail, Reading } from '../tail.ts'
import { decodeLiveCursor } from './live-cursor.ts'
import { createLiveGroup, type LiveGroup } from './live-group.ts'
import type { Columns, LivePlan } from './live-plan.ts'
import { createLiveSubscriber, type LiveStart, type PayloadCache } from './live-subscriber.ts'
import { createTouchIndex, type PlaceOf, placesOf, type Touch } from './touch-index.ts'

/** Columns of twins as they are now, by id; those that do not exist are left out. */
export interface TwinColumns {
  read(ids: readonly string[]): Promise<ReadonlyMap<string, Columns>>
}

/** Telemetry as live queries hear of it: what twin, or component, and which telemetry. */
export interface TelemetryChanges {
  /** New readings are in the store. */
  onReadings(listener: (changed: readonly { readonly twin: string; readonly name: string }[]) => void): () => void
  /** Other latest values are on the twins, where filters see them. */
  onLatest(listener: (changed: readonly { readonly twin: string; readonly name: string }[]) => void): () => void
}

export interface LiveQueriesConfig {
  readonly journal: Journal
  readonly tail: JournalTail
  readonly telemetry: TelemetryChanges
  readonly columns: TwinColumns
  readonly onTrouble: (error: unknown) => void
  /** How long a query without subscribers is kept up to date for those who come back. */
  readonly lingerMs?: number
}

export interface LiveRequest {
  /** Equal for all who ask the same and may see the same. */
  readonly key: string
  /** Compiles it; called for the first of a key. Throws the Failure that refuses it. */
  compile(): LivePlan
  /** The cursor of the last delta that the client has. */
  readonly after?: string | null | undefined
}

/** All live queries of the process. */
export interface LiveQueries extends AsyncDisposable {
  readonly groups: number
  subscribe(request: LiveRequest, wake: () => void): Promise<PayloadStream>
  /** Resolves when subscribers can take what follows from everything that is committed by now. */
  settled(): Promise<void>
}

/** Groups that run statements at once. */
const atOnce = 4
/** Journal entries that are looked through to tell whether a client missed anything. */
const mostLookedThrough = 20_000
const pageSize = 2_000

interface Held {
  readonly group: LiveGroup
  readonly cache: PayloadCache
  subscribers: number
  linger?: NodeJS.Timeout | undefined
}

export function createLiveQueries({ journal, tail, telemetry, columns, onTrouble, lingerMs = 30_000 }: LiveQueriesConfig): LiveQueries {
  const held = new Map<string, Held>()
  const judged = createTouchIndex<LiveGroup>()
  const traced = createTouchIndex<LiveGroup>()
  const indexOf = ({ plan }: LiveGroup): typeof judged => (plan.judge ? judged : traced)
  const turn = createTurns(atOnce)
  let joining: Promise<Reading> | undefined
  let ends: readonly (() => void)[] = []
  let told = 0
  let judging: Promise<void> | undefined
  let toJudge = new Map<string, Set<ReadonlySet<PlaceOf<LiveGroup>>>>()

  const trace = (touches: readonly Touch<LiveGroup>[]): void => {
    for (const touch of touches) for (const { subject, place } of placesOf(touch)) subject.touch(place, touch.twin)
  }
  const mark = (touches: readonly Touch<LiveGroup>[]): void => {
    for (const { twin, places } of touches) {
      const known = toJudge.get(twin) ?? new Set()
      for (const set of places) known.add(set)
      toJudge.set(twin, known)
    }
  }
  const entries = (all: readonly JournalEntry[]): void => {
    for (const entry of all) {
      trace(traced.byEntry(entry))
      mark(judged.byEntry(entry))
    }
    judge()
  }
  /** Reads each changed twin once, for all queries that can tell by its columns whether it belongs to them. */
  const judge = (): void => {
    if (judging) return
    if (toJudge.size === 0) told = tail.position
    else judging = judgeAll().finally(() => { judging = undefined })
  }
  const judgeAll = async (): Promise<void> => {
    while (toJudge.size > 0) {
      const [batch, at] = [toJudge, tail.position]
      toJudge = new Map()
      try {
        const found = await columns.read([...batch.keys()])
        for (const [twin, sets] of batch) for (const set of sets) for (const { subject } of set) subject.judged(twin, found.get(twin))
      } catch (error) {
        onTrouble(error)
        for (const { group } of held.values()) if (group.plan.judge) group.doubt()
      }
      told = at
    }
  }
  const join = async (): Promise<void> => {
    const known = (joining ??= tail.join({ entries, gap: () => { for (const { group } of held.values()) group.doubt() } }))
    try {
      await known
    } catch (error) {
      if (joining === known) joining = undefined
      throw error
    }
    if (joining !== known || ends.length > 0) return
    told = Math.max(told, (await known).from)
    const listen = (by: 'byReading' | 'byLatest') => (changed: readonly { readonly twin: string; readonly name: string }[]): void => {
      if (traced.readsTelemetry) for (const { twin, name } of changed) trace(traced[by](twin, name))
      if (!judged.readsTelemetry) return
      for (const { twin, name } of changed) mark(judged[by](twin, name))
      judge()
    }
    ends = [telemetry.onReadings(listen('byReading')), telemetry.onLatest(listen('byLatest'))]
  }
  const leave = (): void => {
    void joining?.then(({ end }) => { end() }, () => undefined) // what failed has nothing to end
    for (const end of ends) end()
    joining = undefined
    ends = []
  }
  const forget = (key: string, { group, linger }: Held): void => {
    clearTimeout(linger)
    indexOf(group).remove(group)
    group.end()
    if (held.get(key)?.group === group) held.delete(key)
    if (held.size === 0) leave()
  }
  const find = (key: string, compile: () => LivePlan): Held => {
    const known = held.get(key)
    if (known && known.group.failure === undefined) return known
    if (known) forget(key, known)
    const plan = compile()
    const group = createLiveGroup({ id: newId(), plan, turn, position: () => told, onTrouble })
    indexOf(group).add(group, plan)
    const made: Held = { group, cache: new WeakMap(), subscribers: 0 }
    held.set(key, made)
    return made
  }
  const release = (key: string, of: Held): void => {
    of.subscribers--
    if (of.subscribers > 0) return
    if (of.group.failure !== undefined || !of.group.isLoaded) forget(key, of)
    else of.linger = setTimeout(() => { forget(key, of) }, lingerMs).unref()
  }
  return {
    get groups() {
      return held.size
    },
    async subscribe({ key, compile, after }, wake) {
      do await join()
      while (ends.length === 0) // the last group may have ended meanwhile
      const of = find(key, compile)
      of.subscribers++
      clearTimeout(of.linger)
      try {
        const start: LiveStart = typeof after === 'string' ? await resume(journal, of.group, after) : { kind: 'snapshot', isReset: false }
        if (start.kind === 'snapshot') await of.group.arranged()
        return createLiveSubscriber(of.group, of.cache, start, () => { release(key, of) }, wake)
      } catch (error) {
        release(key, of)
        throw error
      }
    },
    async settled() {
      await tail.settled()
      await judging
      await Promise.all([...held.values()].map(({ group }) => group.settled()))
    },
    async [Symbol.asyncDispose]() {
      for (const [key, each] of [...held]) forget(key, each)
      await judging
    },
  }
}

/** Where a client goes on: where it was, if this process knows or nothing happened since; else it begins anew. */
async function resume(journal: Journal, group: LiveGroup, after: string): Promise<LiveStart> {
  const cursor = decodeLiveCursor(after)
  if (!cursor) throw failure('BAD_USER_INPUT', { message: '`after` is not the cursor of a live query. Give the `cursor` of the last delta that came, or leave `after` out for a snapshot.' })
  const anew: LiveStart = { kind: 'snapshot', isReset: true }
  if (!cursor.isWhole) return anew
  if (cursor.group === group.id) return cursor.n >= group.log.floor && cursor.n <= group.log.last ? { kind: 'behind', n: cursor.n } : anew
  await loaded(group)
  const n = group.log.last // before the journal is read: what the answer holds by now is in it
  return await isQuiet(journal, group.plan, cursor.seq) ? { kind: 'behind', n } : anew
}

function loaded(group: LiveGroup): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const listener = (): void => {
    if (!group.isLoaded && group.failure === undefined) return
    group.listeners.delete(listener)
    resolve()
  }
  group.listeners.add(listener)
  listener()
  return promise
}

/** Does nothing in the journal behind a place concern the query? Telemetry is not in the journal, so of a query that reads any it cannot be said. */
async function isQuiet(journal: Journal, plan: LivePlan, seq: number): Promise<boolean> {
  const index = createTouchIndex<LivePlan>()
  index.add(plan, plan)
  if (index.readsTelemetry) return false
  for (let after = seq; after - seq < mostLookedThrough;) {
    const page = await journal.read(after, pageSize)
    const last = page.at(-1)
    if (!last) return (await journal.ends()).head === after // a place in the future is of another store
    if (page[0]?.seq !== after + 1 || page.some((entry) => index.byEntry(entry).some((touch) => !placesOf(touch).next().done))) return false
    after = last.seq
  }
  return false
}
