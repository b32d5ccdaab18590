import { failure } from '../../errors.ts'
import { createTurns } from '../../util/turns.ts'
import { newId } from '../../util/id.ts'
import type { Journal } from '../journal.ts'
import type { PayloadStream } from '../payload-stream.ts'
import { createDispatcher, type DispatcherConfig, readsTelemetry } from './dispatcher.ts'
import { decodeLiveCursor } from './live-cursor.ts'
import { createLiveGroup, type LiveGroup, type Room, type Turn } from './live-group.ts'
import { concerns, type LivePlan } from './live-plan.ts'
import { createLiveSubscriber, type LiveStart, type PayloadCache } from './live-subscriber.ts'
import { createTouchIndex, placesOf } from './touch-index.ts'

export interface LiveQueriesConfig extends DispatcherConfig {
  readonly journal: Journal
  /** How long a query without subscribers is kept up to date for those who come back. */
  readonly lingerMs?: number
}

export interface LiveRequest {
  /** Equal for all who ask the same and may see the same. */
  readonly key: string
  /** Tells the query from others in every process: letters, digits, - and _. */
  readonly query: string
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
/** Queries without subscribers that are kept up to date. */
const mostLingering = 1_000
/** Twins in the answers of all groups: of six small fields each, about 1.3 KiB. */
const mostTwins = 500_000
/** Journal entries that are looked through to tell whether a client missed anything. */
const mostLookedThrough = 20_000
const pageSize = 2_000

interface Held {
  readonly group: LiveGroup
  readonly cache: PayloadCache
  readonly delist: () => void
  subscribers: number
  linger?: NodeJS.Timeout | undefined
}

export function createLiveQueries({ journal, lingerMs = 30_000, ...config }: LiveQueriesConfig): LiveQueries {
  const held = new Map<string, Held>()
  const dispatcher = createDispatcher(config)
  const turn = createTurns(atOnce)
  const room: Room = { taken: 0, most: mostTwins }

  const lingering = new Map<string, Held>()

  const forget = (key: string, { group, delist, linger }: Held): void => {
    clearTimeout(linger)
    lingering.delete(key)
    if (held.get(key)?.group === group) held.delete(key)
    group.end()
    delist()
  }
  const known = (key: string): Held | undefined => {
    const found = held.get(key)
    if (found && found.group.failure === undefined) return found
    if (found) forget(key, found)
    return undefined
  }
  const find = async ({ key, query, compile }: LiveRequest): Promise<Held> => {
    const before = known(key)
    if (before) return before
    const plan = compile()
    const deafen = readsTelemetry(plan) ? await dispatcher.hear() : () => undefined
    const meanwhile = known(key)
    if (meanwhile) {
      deafen()
      return meanwhile
    }
    const group = createLiveGroup({ id: newId(), query, plan, turn, room, position: () => dispatcher.told, onTrouble: config.onTrouble })
    const ends = [dispatcher.enlist(group), deafen]
    const made: Held = { group, cache: new WeakMap(), subscribers: 0, delist: () => { for (const end of ends) end() } }
    held.set(key, made)
    return made
  }
  /** A client that was told of its mutation finds it in what it subscribes to then. */
  const upToDate = async (group: LiveGroup): Promise<void> => {
    await dispatcher.settled()
    await group.settled()
  }
  const release = (key: string, of: Held): void => {
    of.subscribers--
    if (of.subscribers > 0) return
    if (held.get(key) !== of) return // it failed, and was forgotten for another
    if (of.group.failure !== undefined || !of.group.isLoaded) forget(key, of)
    else linger(key, of)
  }
  const linger = (key: string, of: Held): void => {
    of.linger = setTimeout(() => { forget(key, of) }, lingerMs).unref()
    lingering.set(key, of)
    const [oldest] = lingering
    if (oldest && lingering.size > mostLingering) forget(...oldest)
  }
  return {
    get groups() {
      return held.size
    },
    async subscribe(request, wake) {
      const { key, query, after } = request
      const leave = await dispatcher.enter()
      try {
        const of = await find(request)
        of.subscribers++
        clearTimeout(of.linger)
        lingering.delete(key)
        try {
          if (of.group.isLoaded) await upToDate(of.group)
          const start: LiveStart = typeof after === 'string' ? await resume(journal, of.group, { after, query, turn }) : { kind: 'snapshot', isReset: false }
          if (start.kind === 'snapshot') await of.group.arranged()
          return createLiveSubscriber(of.group, of.cache, start, () => { release(key, of) }, wake)
        } catch (error) {
          release(key, of)
          throw error
        }
      } finally {
        leave() // the group is in by itself
      }
    },
    async settled() {
      await dispatcher.settled()
      await Promise.all([...held.values()].map(({ group }) => group.settled()))
    },
    async [Symbol.asyncDispose]() {
      for (const [key, each] of [...held]) forget(key, each)
      await dispatcher[Symbol.asyncDispose]()
    },
  }
}

/** Where a client goes on: where it was, if this process knows or nothing happened since; else it begins anew. */
async function resume(journal: Journal, group: LiveGroup, { after, query, turn }: { readonly after: string; readonly query: string; readonly turn: Turn }): Promise<LiveStart> {
  const cursor = decodeLiveCursor(after)
  if (!cursor) throw failure('BAD_USER_INPUT', { message: '`after` is not the cursor of a live query. Give the `cursor` of the last delta that came, or leave `after` out for a snapshot.' })
  const anew: LiveStart = { kind: 'snapshot', isReset: true }
  if (!cursor.isWhole || cursor.query !== query) return anew
  if (cursor.group === group.id) return cursor.base >= group.log.floor && cursor.base <= cursor.n && cursor.n <= group.log.last ? { kind: 'behind', n: cursor.n, base: cursor.base } : anew
  await loaded(group)
  const n = group.log.last // before the journal is read: what the answer holds by now is in it
  return cursor.base === cursor.n && await turn(() => isQuiet(journal, group.plan, cursor.seq)) ? { kind: 'behind', n, base: n } : anew
}

/** Resolves when the group has its first answer, or will have none; rejects where that takes too long. */
function loaded(group: LiveGroup): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => { reject(failure('STORE_UNAVAILABLE')) }, loadWithinMs).unref()
  const listener = (): void => { if (group.isLoaded || group.failure !== undefined) resolve() }
  group.listeners.add(listener)
  listener()
  return promise.finally(() => {
    clearTimeout(timer)
    group.listeners.delete(listener)
  })
}

const loadWithinMs = 60_000

/** Does nothing in the journal behind a place concern the query? Telemetry is not in the journal, so of a query that reads any it cannot be said. */
async function isQuiet(journal: Journal, plan: LivePlan, seq: number): Promise<boolean> {
  if (readsTelemetry(plan)) return false
  const index = createTouchIndex<LivePlan>()
  index.add(plan, plan)
  for (let after = seq; after - seq < mostLookedThrough;) {
    const page = await journal.read(after, pageSize)
    const last = page.at(-1)
    if (!last) return (await journal.ends()).head === after // a place in the future is of another store
    if (page[0]?.seq !== after + 1 || page.some((entry) => concerns(plan.scenario, entry.scenario) && index.byEntry(entry).some((touch) => !placesOf(touch).next().done))) return false
    after = last.seq
  }
  return false
}
