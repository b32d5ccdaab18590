import { Failure, failure } from '../../errors.ts'
import { monotonicMs } from '../../util/clock.ts'
import { encodeLiveCursor } from './live-cursor.ts'
import type { JudgeEntry } from './judge-book.ts'
import { createLiveLog, type LiveEntry, type LiveLog } from './live-log.ts'
import type { Columns, LivePlan, Shown } from './live-plan.ts'

/** Where a group's statements wait for their turn, so that many groups do not press the store at once. */
export type Turn = <T>(task: () => Promise<T>) => Promise<T>

/** Twins in the answers of all groups of a process. */
export interface Room {
  taken: number
  readonly most: number
}

export interface LiveGroupConfig {
  /** Names the group among all of all processes. */
  readonly id: string
  /** Tells its query from others, in every process. */
  readonly query: string
  readonly plan: LivePlan
  readonly turn: Turn
  /** The journal's last entry that groups were told of. */
  readonly position: () => number
  /** What the answers of all groups hold together. */
  readonly room: Room
  /** A failure that is waited out. */
  readonly onTrouble: (error: unknown) => void
}

/** One execution of a live query for all who asked the same: its answer, kept up to date, and the order in which it changed. */
export interface LiveGroup {
  readonly id: string
  readonly log: LiveLog
  readonly plan: LivePlan
  /** Its first answer is there. */
  readonly isLoaded: boolean
  /** What ended it. */
  readonly failure: unknown
  /** Called after every change of the above. */
  readonly listeners: Set<() => void>
  /** The cursor of whoever stands at a number, having been told the entry that has it, if any, and everything up to `base`. `note` makes cursors of one place differ. */
  cursor(at: { readonly n: number; readonly base: number }, entry?: LiveEntry, note?: string): string
  /** Numbers snapshots. */
  nextSnapshot(): number
  /** The cursor of a part of a snapshot, from which nobody can go on. */
  partial(n: number, snapshot: number, note: string): string
  /** Something that it reads of twins at a place changed. */
  touch(place: number, twin: string): void
  /** A twin's columns as they are now; undefined where it is gone or of another kind. Only for groups that judge. */
  judged(twin: string, columns: Columns | undefined): void
  /** Keeps the entry of the group in a book up to date, and removes it at the end. */
  attach(entry: JudgeEntry): void
  /** Nothing that it knows is sure any more. */
  doubt(): void
  /** Ends it for this reason, which its subscribers are told. */
  stop(reason: Error): void
  /** Resolves when the log's ids are in the query's order, as it is by now, where it has one. */
  arranged(): Promise<void>
  /** Resolves when it has looked at everything that it was told by now, without resting in between, or cannot. */
  settled(): Promise<void>
  end(): void
}

/** The most twins in one answer. */
export const mostLive = 10_000
const inOneStatement = 1_000
const repairMs = 500
/** Queries that take long are asked less often, so that the store has most of its time for others. */
const [restPerWork, longestRestMs] = [4, 10_000]
const mostTimeouts = 3

export function createLiveGroup({ id, query, plan, turn, position, room, onTrouble }: LiveGroupConfig): LiveGroup {
  const log = createLiveLog()
  const listeners = new Set<() => void>()
  let touched = new Map<number, Set<string>>()
  let ready = new Map<string, Columns | undefined>()
  let isDoubtful = true
  let isLoaded = false
  let isOver = false
  let failed: unknown
  let running: Promise<void> | undefined
  let lastBegun = -Infinity
  let { restMs } = plan
  let timeouts = 0
  let snapshots = 0
  let timer: NodeJS.Timeout | NodeJS.Immediate | undefined
  let seq = position()
  let booked: JudgeEntry | undefined
  let arranging: Promise<void> | undefined

  const keys = plan.judge?.keys ?? []
  const hasKeys = (columns: Columns): boolean => {
    for (const { column, values } of keys) if (!values.has(columns[column])) return false
    return true
  }
  const tell = (): void => { for (const listener of [...listeners]) listener() }
  const hasWork = (): boolean => isDoubtful || touched.size > 0 || ready.size > 0
  const schedule = (leastMs = 0): void => {
    if (running || isOver || timer || !hasWork()) return
    const waitMs = Math.max(leastMs, lastBegun + restMs - monotonicMs())
    const begin = (): void => {
      timer = undefined
      if (!isOver) run()
    }
    timer = waitMs > 0 ? setTimeout(begin, waitMs).unref() : setImmediate(begin) // changes that are told together are looked at together
  }
  const run = (): void => {
    lastBegun = monotonicMs()
    const work = { touched, ready, isDoubtful, seq: position() }
    touched = new Map()
    ready = new Map()
    isDoubtful = false
    try {
      const settled = settle(work)
      if (settled) running = follow(settled)
      booked?.settle(!settled)
    } catch (error) {
      fail(error)
    }
  }
  const follow = async (settled: Promise<void>): Promise<void> => {
    let waitMs = 0
    try {
      await settled
    } catch (error) {
      if (!isPassing(error) || isTooSlow(error)) return fail(error)
      onTrouble(error)
      isDoubtful = true // what was to be looked at is not known any more
      waitMs = repairMs
    }
    running = undefined
    booked?.settle(!isDoubtful)
    schedule(waitMs)
  }
  /** Undefined where nothing had to be waited for. */
  const settle = (work: Work): Promise<void> | undefined => {
    const { judge } = plan
    if (!judge || work.isDoubtful || work.touched.size > 0) return turn(() => evaluate(work))
    const present = [...work.ready.values()].filter((columns) => columns !== undefined)
    const left = [...work.ready].flatMap(([twin, columns]) => (columns ? [] : [twin]))
    const shown = plan.show(present)
    if (shown instanceof Promise) return shown.then((all) => { take(present, all, left, work.seq) })
    take(present, shown, left, work.seq)
    return undefined
  }
  const evaluate = async (work: Work): Promise<void> => {
    if (isOver) return // while it waited for its turn
    const begun = monotonicMs()
    await answer(work)
    restMs = Math.max(plan.restMs, Math.min(longestRestMs, restPerWork * (monotonicMs() - begun)))
  }
  const answer = async (work: Work): Promise<void> => {
    const candidates = await candidatesOf(work)
    if (!candidates) {
      const rows = await plan.answer()
      if (rows.length > mostLive) throw tooMany()
      take(rows, await plan.show(rows), missing(rows.map((row) => String(row['_id']))), work.seq)
    } else if (plan.isListed) {
      const members = await plan.members()
      if (members.length > mostLive) throw tooMany()
      await refresh(members.filter((twin) => !log.has(twin) || candidates.has(twin)), missing(members), work.seq)
    } else await refresh([...candidates], [], work.seq)
  }
  /** Twins of the answer that are not among these. */
  const missing = (members: readonly string[]): readonly string[] => {
    const wanted = new Set(members)
    return log.ids().filter((twin) => !wanted.has(twin))
  }
  /** The query's own twins that may have changed; undefined: any of them. */
  const candidatesOf = async ({ isDoubtful: isWhole, touched: places, ready: judgedOnes }: Work): Promise<ReadonlySet<string> | undefined> => {
    if (isWhole) return undefined
    const found = new Set([...judgedOnes.keys(), ...(places.get(0) ?? [])])
    for (const [place, twins] of places) {
      if (place === 0) continue
      const origins = await plan.origins(place, [...twins])
      if (!origins) return undefined
      for (const twin of origins) found.add(twin)
    }
    return found
  }
  /** Reads rows; of those asked for that do not come, none belongs to the answer any more. */
  const refresh = async (twins: readonly string[], left: readonly string[], at: number): Promise<void> => {
    for (let start = 0; (start < twins.length || start === 0) && !isOver; start += inOneStatement) {
      const some = twins.slice(start, start + inOneStatement)
      const rows = some.length > 0 ? await plan.matching(some) : []
      const found = new Set(rows.map((row) => row['_id']))
      take(inOrder(rows, some), await plan.show(inOrder(rows, some)), [...(start === 0 ? left : []), ...some.filter((twin) => !found.has(twin))], at, start + inOneStatement >= twins.length)
    }
  }
  const take = (rows: readonly Columns[], shown: readonly Shown[], left: readonly string[], at: number, isEnd = true): void => {
    if (isOver) return
    const [before, size] = [log.last, log.size]
    for (const twin of left) {
      log.drop(twin, seq)
      if (!ready.has(twin)) booked?.release(twin)
    }
    for (const [index, row] of rows.entries()) {
      const twin = String(row['_id'])
      log.put(twin, shown[index] ?? new Map(), seq)
      booked?.hold(twin)
    }
    room.taken += log.size - size
    if (log.size > mostLive) return fail(tooMany())
    if (room.taken > room.most) return fail(failure('TOO_MANY_SUBSCRIPTIONS', { message: `The live queries of the server hold as many twins as are taken, ${room.most}. Complete some that are not needed, or narrow them.` }))
    if (isEnd) [seq, timeouts] = [at, 0]
    const isFirst = isEnd && !isLoaded
    isLoaded ||= isEnd
    if (log.last > before || isFirst) tell()
  }
  /** A statement that takes too long takes too long the next time as well; but once it may be others who held the store up. */
  const isTooSlow = (error: unknown): boolean => error instanceof Failure && error.code === 'TIMEOUT' && (!isLoaded || ++timeouts >= mostTimeouts)
  const fail = (error: unknown): void => {
    failed = error
    end()
    tell()
  }
  const rest = (): void => {
    if (timer && 'refresh' in timer) clearTimeout(timer)
    else clearImmediate(timer)
    timer = undefined
  }
  const end = (): void => {
    if (isOver) return
    isOver = true
    room.taken -= log.size
    rest()
    booked?.remove()
    booked = undefined
    touched.clear()
    ready.clear()
  }

  schedule()
  return {
    id, log, plan, listeners,
    get isLoaded() {
      return isLoaded
    },
    get failure() {
      return failed
    },
    cursor: ({ n, base }, entry, note) => encodeLiveCursor({ query, group: id, n, base, seq: n === log.last ? seq : entry?.seq ?? 0, isWhole: true }, note),
    nextSnapshot: () => ++snapshots,
    partial: (n, snapshot, note) => encodeLiveCursor({ query, group: id, n, base: snapshot, seq: 0, isWhole: false }, note),
    touch(place, twin) {
      if (isOver || isDoubtful) return
      const known = touched.get(place) ?? new Set()
      touched.set(place, known.add(twin))
      if (known.size > mostLive) {
        touched.clear()
        isDoubtful = true // one look at everything costs less
      }
      schedule()
    },
    judged(twin, columns) {
      const mayLeave = log.has(twin) || running !== undefined || isDoubtful || ready.has(twin)
      if (isOver || (!mayLeave && (!columns || !hasKeys(columns)))) return
      try {
        if (columns && plan.judge?.belongs(columns)) {
          ready.set(twin, columns)
          booked?.hold(twin)
        } else if (mayLeave) ready.set(twin, undefined)
        else return
      } catch (error) {
        return fail(error)
      }
      if (ready.size > 2 * mostLive) {
        ready.clear()
        isDoubtful = true
        booked?.settle(false)
      }
      schedule()
    },
    attach(entry) {
      booked = entry
    },
    doubt() {
      isDoubtful = true
      booked?.settle(false)
      schedule()
    },
    stop: (reason) => { if (!isOver) fail(reason) },
    async settled() {
      await running
      rest()
      if (hasWork() && !isOver && !running) run()
      await running
    },
    async arranged() {
      if (!plan.isSorted || !isLoaded) return
      arranging ??= turn(() => plan.members()).then(log.arrange).finally(() => { arranging = undefined })
      await arranging
    },
    end,
  }
}

interface Work {
  readonly touched: ReadonlyMap<number, ReadonlySet<string>>
  readonly ready: ReadonlyMap<string, Columns | undefined>
  readonly isDoubtful: boolean
  readonly seq: number
}

/** Stores give rows in an order of their own. */
function inOrder(rows: readonly Columns[], ids: readonly string[]): readonly Columns[] {
  const byId = new Map(rows.map((row) => [row['_id'], row]))
  return ids.map((id) => byId.get(id)).filter((row) => row !== undefined)
}

const isPassing = (error: unknown): boolean => error instanceof Failure && (error.code === 'STORE_UNAVAILABLE' || error.code === 'TIMEOUT')

const tooMany = (): Error => failure('LIST_TOO_LONG', { message: `More than ${mostLive} twins belong to this live query. Narrow it by \`where\` or \`within\`, or give a \`limit\`.` })
