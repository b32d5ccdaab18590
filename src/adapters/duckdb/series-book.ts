import { type Microseconds, type Reading, type SeriesKey, type SeriesKind, type SeriesValue, seriesKeyText } from '../../telemetry/reading.ts'
import { fromLane, fromQualityCode, getInt64, type Lane, laneOf, type Rows } from './rows.ts'
import { copySeen, isFull, isNext, mostStoredRanges, nothingSeen, notice, type Seen } from '../../telemetry/seen-sequences.ts'

/** What is known of a series without looking into a table. */
export interface SeriesEntry {
  readonly id: number
  readonly key: SeriesKey
  readonly lane: Lane
  /** The durable reading with the greatest time. */
  latest: Reading | undefined
  /** The greatest time that was given a place, durable or on its way. */
  greatestAt: Microseconds
  /** By origin. */
  readonly seen: Map<number, Seen>
}

/** The series and origins of the store by name and number, with the latest reading of each series and the sequence numbers it has seen. */
export interface SeriesBook {
  readonly entries: Iterable<SeriesEntry>
  /** How many, about. */
  readonly size: number
  find(key: SeriesKey): SeriesEntry | undefined
  at(id: number): SeriesEntry
  /** Whether there is a series of the number: one that was removed may still be met in tables that a query began with. */
  has(id: number): boolean
  /** Gives a number to what has none yet. */
  obtain(key: SeriesKey): SeriesEntry
  /** 0: none. */
  originId(name: string | null): number
  originName(id: number): string | null
  /** Takes over what the archive has under its number. */
  defineSeries(id: number, key: SeriesKey): SeriesEntry
  defineOrigin(id: number, name: string): void
  /** Takes over what the log defines, which the archive may not have yet. */
  adoptSeries(id: number, key: SeriesKey): void
  adoptOrigin(id: number, name: string): void
  /** Takes note of durable readings: the latest of each series. */
  applyLatest(rows: Rows): void
  /** What was met for the first time since the last call with the same argument. */
  readonly fresh: Fresh
  /** No reading before the time is the latest any more. */
  forgetLatest(entry: SeriesEntry, before: Microseconds): void
  /** Series that are forgotten wholly; their keys get other numbers should they come again. Only while nothing is on its way to the log. */
  remove(entries: readonly SeriesEntry[]): void
  /** A copy of what changed since it was last taken. Only while nothing is on its way to the log: a sequence number that is not durable must not be remembered. */
  takeChanges(): BookChanges
}

/** What a merge stores of the book. */
export interface BookChanges {
  readonly latest: readonly { readonly id: number; readonly kind: SeriesKind; readonly reading: Reading | undefined; readonly origin: number }[]
  readonly seen: readonly { readonly series: number; readonly origin: number; readonly ranges: string; readonly greatestAt: number }[]
  readonly series: readonly SeriesEntry[]
  readonly origins: readonly { readonly id: number; readonly name: string }[]
}

export interface Fresh {
  /** For the log: definitions that no frame carries yet. Restored by `putBack` where the write failed. */
  take(): { readonly series: SeriesEntry[]; readonly origins: (readonly [number, string])[] }
  putBack(taken: { readonly series: readonly SeriesEntry[]; readonly origins: readonly (readonly [number, string])[] }): void
}

export function createSeriesBook(): SeriesBook {
  const byKey = new Map<string, Map<string, SeriesEntry[]>>() // twin → name → entries; several where a run or another kind made readings of the same name
  const byId: SeriesEntry[] = []
  const originIds = new Map<string, number>()
  const originNames: (string | null)[] = [null]
  let changed = new Set<SeriesEntry>()
  let unsaved: { readonly series: SeriesEntry[]; readonly origins: { readonly id: number; readonly name: string }[] } = { series: [], origins: [] }
  let freshSeries: SeriesEntry[] = []
  let freshOrigins: (readonly [number, string])[] = []

  const byObject = new WeakMap<SeriesKey, SeriesEntry>() // writers come with the same objects again and again

  const find = ({ twin, name, kind, source, run }: SeriesKey): SeriesEntry | undefined => {
    for (const entry of byKey.get(twin)?.get(name) ?? []) if (entry.key.kind === kind && entry.key.source === source && entry.key.run === run) return entry
    return undefined
  }

  const defineSeries = (id: number, key: SeriesKey): SeriesEntry => {
    const known = byId[id]
    if (known) {
      if (seriesKeyText(known.key) !== seriesKeyText(key)) throw new Error(`Series ${id} is ${seriesKeyText(known.key)} and cannot be ${seriesKeyText(key)}.`)
      return known
    }
    const entry: SeriesEntry = { id, key, lane: laneOf(key), latest: undefined, greatestAt: -Infinity, seen: new Map() }
    byId[id] = entry
    const names = byKey.get(key.twin) ?? new Map<string, SeriesEntry[]>()
    byKey.set(key.twin, names)
    const entries = names.get(key.name)
    if (entries) entries.push(entry)
    else names.set(key.name, [entry])
    return entry
  }
  const defineOrigin = (id: number, name: string): void => {
    originIds.set(name, id)
    originNames[id] = name
  }

  return {
    get size() {
      return byId.length
    },
    get entries() {
      return byId.filter((entry) => entry !== undefined)
    },
    find,
    at(id) {
      const entry = byId[id]
      if (!entry) throw new Error(`There is no series ${id}.`)
      return entry
    },
    has: (id) => byId[id] !== undefined,
    obtain(key) {
      const familiar = byObject.get(key)
      if (familiar && byId[familiar.id] === familiar) return familiar
      const known = find(key)
      if (known) {
        byObject.set(key, known)
        return known
      }
      const entry = defineSeries(Math.max(1, byId.length), key)
      unsaved.series.push(entry)
      freshSeries.push(entry)
      return entry
    },
    originId(name) {
      if (name === null) return 0
      const known = originIds.get(name)
      if (known !== undefined) return known
      const id = originNames.length
      defineOrigin(id, name)
      unsaved.origins.push({ id, name })
      freshOrigins.push([id, name])
      return id
    },
    originName: (id) => originNames[id] ?? null,
    defineSeries,
    defineOrigin,
    adoptSeries(id, key) {
      if (!byId[id]) unsaved.series.push(defineSeries(id, key))
    },
    adoptOrigin(id, name) {
      if (originNames[id] !== undefined) return
      defineOrigin(id, name)
      unsaved.origins.push({ id, name })
    },
    applyLatest(rows) {
      for (let index = 0; index < rows.length; index++) {
        const entry = byId[rows.series[index] ?? 0]
        if (!entry) continue
        const at = getInt64(rows.at, index)
        if (entry.latest && at < entry.latest.at) continue
        const sequence = getInt64(rows.sequence, index)
        entry.latest = {
          at, value: fromLane(entry.key.kind, rows.values[index] as SeriesValue), quality: fromQualityCode(rows.quality[index] ?? 0),
          receivedAt: getInt64(rows.received, index), origin: originNames[rows.origin[index] ?? 0] ?? null, sequence: sequence < 0 ? null : sequence,
        }
        if (at > entry.greatestAt) entry.greatestAt = at
        changed.add(entry)
      }
    },
    fresh: {
      take() {
        const taken = { series: freshSeries, origins: freshOrigins }
        freshSeries = []
        freshOrigins = []
        return taken
      },
      putBack({ series, origins }) {
        freshSeries = [...series, ...freshSeries]
        freshOrigins = [...origins, ...freshOrigins]
      },
    },
    forgetLatest(entry, before) {
      if (!entry.latest || entry.latest.at >= before) return
      entry.latest = undefined
      changed.add(entry)
    },
    remove(entries) {
      const gone = new Set(entries)
      for (const entry of gone) {
        Reflect.deleteProperty(byId, entry.id) // a hole: the length, which is the next number, stays
        changed.delete(entry)
        const names = byKey.get(entry.key.twin)
        const left = names?.get(entry.key.name)?.filter((other) => other !== entry) ?? []
        if (left.length > 0) names?.set(entry.key.name, left)
        else names?.delete(entry.key.name)
        if (names?.size === 0) byKey.delete(entry.key.twin)
      }
      freshSeries = freshSeries.filter((entry) => !gone.has(entry))
      unsaved = { ...unsaved, series: unsaved.series.filter((entry) => !gone.has(entry)) }
    },
    takeChanges() {
      const entries = [...changed]
      changed = new Set()
      const taken = unsaved
      unsaved = { series: [], origins: [] }
      return {
        latest: entries.map(({ id, key, latest }) => ({ id, kind: key.kind, reading: latest, origin: latest?.origin ? originIds.get(latest.origin) ?? 0 : 0 })),
        seen: entries.flatMap((entry) => [...entry.seen].map(([origin, { ranges, greatestAt }]) => ({ series: entry.id, origin, ranges: JSON.stringify(ranges.slice(-2 * mostStoredRanges)), greatestAt }))),
        ...taken,
      }
    },
  }
}

/**
 * Decides where readings go before they are durable, and can take that back where the write fails.
 * A reading later than all of its series has a time of its own; any other may share its time with one that is there, and is `late`.
 */
export interface Placing {
  place(entry: SeriesEntry, at: Microseconds, origin: number, sequence: number | null): 'inOrder' | 'late' | 'duplicate'
  takeBack(): void
}

/** Ranges of sequence numbers in memory, of all series together, and of one. */
const mostRanges = { together: 2_000_000, ofOne: 1_000 }

/** What takes back one note: the end as it was, or everything where more than the end changed. */
type Undo =
  | { readonly kind: 'end'; readonly seen: Seen; readonly length: number; readonly last: number; readonly greatestAt: Microseconds }
  | { readonly kind: 'all'; readonly seen: Seen; readonly was: Seen }

/** Of one series and origin, where there are so many series. */
export const rangesInMemory = (series: number): number => Math.max(mostStoredRanges, Math.min(mostRanges.ofOne, Math.floor(mostRanges.together / Math.max(1, series))))

/** `series`: how many there are. */
export function createPlacing(series: number): Placing {
  const most = rangesInMemory(series)
  const before = new Map<SeriesEntry, Microseconds>()
  const undos: Undo[] = []
  return {
    place(entry, at, origin, sequence) {
      if (sequence !== null && !noticed(entry, at, origin, sequence)) return 'duplicate'
      if (at <= entry.greatestAt) return 'late'
      if (!before.has(entry)) before.set(entry, entry.greatestAt)
      entry.greatestAt = at
      return 'inOrder'
    },
    takeBack() {
      for (const [entry, greatestAt] of before) entry.greatestAt = greatestAt
      for (const undo of undos.reverse()) takeBack(undo)
    },
  }

  function noticed(entry: SeriesEntry, at: Microseconds, origin: number, sequence: number): boolean {
    let seen = entry.seen.get(origin)
    if (!seen) entry.seen.set(origin, seen = nothingSeen())
    const { ranges, greatestAt } = seen
    undos.push(isNext(seen, sequence) && !isFull(seen, most) ? { kind: 'end', seen, length: ranges.length, last: ranges.at(-1) ?? 0, greatestAt } : { kind: 'all', seen, was: copySeen(seen) })
    return notice(seen, sequence, at, most)
  }
}

function takeBack(undo: Undo): void {
  const { seen } = undo
  if (undo.kind === 'all') {
    seen.ranges.splice(0, seen.ranges.length, ...undo.was.ranges)
    seen.greatestAt = undo.was.greatestAt
    return
  }
  seen.ranges.length = undo.length
  if (undo.length > 0) seen.ranges[undo.length - 1] = undo.last
  seen.greatestAt = undo.greatestAt
}
