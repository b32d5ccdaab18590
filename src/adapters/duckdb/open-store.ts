import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { failure } from '../../errors.ts'
import { type Microseconds, type Reading, type SeriesKey, seriesKeyText } from '../../telemetry/reading.ts'
import { isOfAny } from '../../telemetry/run-series.ts'
import { bucketsInSight, endOfSight, isInSight, rangeInSight, tooManySeries } from '../../telemetry/sight.ts'
import type { Affine, ReadOptions, RollupOptions, TelemetryStore, TimeRange } from '../../telemetry/telemetry-store.ts'
import { monotonicMs } from '../../util/clock.ts'
import { isOfInvalidDatabase } from './broken-database.ts'
import { openLogFiles } from './log-files.ts'
import { createLogWriter } from './log-writer.ts'
import { createMerger } from './merger.ts'
import { openOrRecover } from './open-archive.ts'
import { createReaders } from './readers.ts'
import { type DuckRow, latestOf, pageOf, readingsOf, receivedOf, rollupOf, summariesOf, toReading, toRollupBucket, toSummary } from './reads.ts'
import { createRecentReadings } from './recent.ts'
import { replay } from './replay.ts'
import { formOf, isLaneOfRuns, type Lane, lanes } from './rows.ts'

export interface DuckdbTelemetryConfig {
  /** Its own; made where it is not there. */
  readonly directory: string
  /** What DuckDB may use. */
  readonly memoryMb?: number
  /** Readings in the log beyond which they are merged. */
  readonly mergeRows?: number
  /** How long readings wait to be merged, in ms. */
  readonly mergeAfterMs?: number
  readonly log?: { warn(details: object, message: string): void }
}

const numericLanes = lanes.filter((lane) => formOf(lane) !== 'text')

/** Series that one statement names. */
const mostSeriesInOne = 20_000

/** Readings that may wait to be merged before no more are taken: a store that cannot merge must not fill the memory. */
const mostUnmerged = 4_000_000

/**
 * A batch is written to an append-only log and flushed to the disk together with whatever else waits; then it is put into tables in memory, where queries see it,
 * and acknowledged. In the background closed log files are merged into sorted segments of a DuckDB file. A crash loses nothing acknowledged: what was not merged
 * is read from the log again. `onBroken` is called once when the database in memory is not to be worked with any more; then the store is to be closed, and opened anew.
 */
export async function openStore({ directory, memoryMb = 1_024, mergeRows = 500_000, mergeAfterMs = 30_000, log }: DuckdbTelemetryConfig, onBroken: (error: Error) => void): Promise<TelemetryStore> {
  await mkdir(directory, { recursive: true })
  const path = join(directory, 'segments.duckdb')
  let brokenBy: Error | undefined
  const giveUp = (error: Error): void => {
    if (brokenBy === undefined) onBroken(brokenBy = error)
  }
  await using opened = new AsyncDisposableStack() // closed again where anything of the following fails
  const { archive, book } = await openOrRecover({ path, memoryMb, temporaryDirectory: join(directory, 'temporary'), onBroken: giveUp }, (err, keptAs) => {
    log?.warn({ err, keptAs }, 'the write-ahead log of the telemetry segments is damaged; it was put aside, and what it held is read from the telemetry log again')
  })
  opened.defer(() => archive.close())
  const readers = opened.adopt(await createReaders(archive.instance), (each) => each.close())
  const found = createRecentReadings(await archive.connect(), 'found')
  const logs = await openLogFiles(directory, archive.merged, async ({ number, frames, torn }) => {
    if (torn > 0) log?.warn({ file: number, bytes: torn }, 'the telemetry log ends in bytes that are no whole block: an unfinished write, which nobody was told of, or damage; they were put aside, in a file beside it')
    for (const frame of frames) await replay(frame, book, found)
  }).finally(() => { found.close() })
  opened.use(logs)
  const writer = await createLogWriter({
    logs, book,
    head: Math.max(archive.head, ...found.tables.map(({ maxReceived }) => maxReceived)),
    openRecent: async (file) => createRecentReadings(await archive.connect(), String(file)),
    onWritten(hasNewTables) {
      if (hasNewTables) merger.refresh()
      if (writer.rows >= mergeRows) void closeAndMerge()
    },
    onBroken: giveUp,
  })
  const merger = createMerger({ archive, logs, writing: () => writer.tables, onTrouble: (err, what) => log?.warn({ err }, what) })
  opened.defer(() => merger.stop())
  opened.defer(() => writer.end())
  if (found.rows > 0) merger.add({ through: logs.current - 1, recent: found, changes: book.takeChanges() })
  else merger.refresh()

  let isClosing = false
  let closedAt = monotonicMs()
  let mergeProblem: string | undefined
  let bytesOnDisk = await sizeOf(path)
  const open = opened.move()
  const timer = setInterval(() => {
    if (writer.problem !== undefined) void writer.probe()
    if (merger.waiting > 0 || (writer.rows > 0 && monotonicMs() - closedAt >= mergeAfterMs)) void closeAndMerge()
  }, Math.min(1_000, mergeAfterMs)).unref()

  /** However often it is called, it runs once at a time. */
  let merging: Promise<void> | undefined
  const closeAndMerge = async (): Promise<void> => {
    if (isClosing || brokenBy !== undefined) return
    try {
      await (merging ??= mergeOnce().finally(() => { merging = undefined }))
      mergeProblem = undefined
    } catch (error) {
      mergeProblem = error instanceof Error ? error.message : String(error)
      log?.warn({ err: error }, 'telemetry could not be merged; it stays in the log, and merging is tried again')
    }
  }
  const mergeOnce = async (): Promise<void> => {
    const closed = await writer.close()
    closedAt = monotonicMs()
    if (closed) merger.add(closed)
    await merger.work()
    bytesOnDisk = await sizeOf(path)
  }

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    isClosing = true
    clearInterval(timer)
    await open.disposeAsync()
  }

  const read = async (sql: string, signal: AbortSignal | undefined): Promise<readonly DuckRow[]> => await readers.read(sql, signal).catch((cause: unknown) => {
    signal?.throwIfAborted()
    if (isOfInvalidDatabase(cause)) giveUp(cause)
    throw failure('TELEMETRY_UNAVAILABLE', { cause })
  })

  /** One statement a lane for all the series; the rows of each go to `pick`. */
  const eachSeries = async <T>(keys: readonly SeriesKey[], range: TimeRange, { signal, knownUntil }: ReadOptions, toSql: (source: string, lane: Lane) => string, pick: (key: SeriesKey, rows: readonly DuckRow[]) => T): Promise<readonly T[]> => {
    const ids = keys.map((key) => book.find(key)?.id)
    const rowsOf = new Map<number, DuckRow[]>(ids.flatMap((id) => (id === undefined ? [] : [[id, []]])))
    await merger.views.use((tables) => Promise.all(lanes.map(async (lane) => {
      const source = readingsOf(tables, lane, [...rowsOf.keys()].filter((id) => book.at(id).lane === lane), range, knownUntil)
      if (source === undefined) return
      for (const row of await read(toSql(source, lane), signal)) rowsOf.get(Number(row[0]))?.push(row)
    })))
    return keys.map((key, index) => pick(key, rowsOf.get(ids[index] ?? -1) ?? []))
  }

  const latestBefore = (series: readonly SeriesKey[], before: Microseconds, options: ReadOptions): Promise<readonly (Reading | undefined)[]> =>
    eachSeries(series, { from: -Infinity, to: endOfSight(before, options.until) }, options, latestOf, (key, rows) => rows[0] && toReading(key.kind, rows[0], book.originName))

  /** Of most series the latest reading of all, which is in memory, is in sight. */
  const latest = async (series: readonly SeriesKey[], options: ReadOptions): Promise<readonly (Reading | undefined)[]> => {
    const found = series.map((key) => book.find(key)?.latest)
    const hidden = series.flatMap((key, index) => (found[index] && !isInSight(found[index], options) ? [{ key, index }] : []))
    for (let start = 0; start < hidden.length; start += mostSeriesInOne) {
      const some = hidden.slice(start, start + mostSeriesInOne)
      const earlier = await latestBefore(some.map(({ key }) => key), Infinity, options)
      for (const [place, { index }] of some.entries()) found[index] = earlier[place]
    }
    return found
  }

  const byId = (groups: readonly (readonly SeriesKey[])[], affine: RollupOptions['affine']): ReadonlyMap<number, Affine> =>
    new Map(affine ? groups.flat().flatMap((key) => {
      const [id, own] = [book.find(key)?.id, affine.get(seriesKeyText(key))]
      return id === undefined || !own ? [] : [[id, own]]
    }) : [])

  return {
    async append(readings) {
      if (isClosing) throw failure('SHUTTING_DOWN')
      if (writer.rows + merger.waiting > mostUnmerged) throw failure('OVERLOADED', { message: 'More readings wait to be merged than the memory should hold.' })
      return await writer.append(readings)
    },
    latest: (series, options = {}) => latest(series, options),
    latestBefore: (series, before, options = {}) => latestBefore(series, before, options),
    async readings(series, range, { first, after = -Infinity, ...options }) {
      const later = rangeInSight({ from: Math.max(range.from, after + 1), to: range.to }, options)
      return await eachSeries(series, later, options, (source) => pageOf(source, first), (key, rows) => rows.map((row) => toReading(key.kind, row, book.originName)))
    },
    async summaries(series, asked, { quantiles = [], ...options } = {}) {
      const buckets = bucketsInSight(asked, options)
      return await eachSeries(series, buckets, options, (source, lane) => summariesOf(source, lane, buckets, quantiles), (key, rows) => rows.map((row) => toSummary(key.kind, buckets, quantiles.length, row)))
    },
    async rollup(groups, asked, aggregate, { signal, affine, alwaysKnown, ...sight } = {}) {
      const buckets = bucketsInSight(asked, sight)
      const ids = groups.map((group) => [...new Set(group.flatMap((key) => book.find(key)?.id ?? []))])
      const rows = await merger.views.use((tables) => {
        const byBound = Map.groupBy(new Set(ids.flat()), (id) => (alwaysKnown?.has(seriesKeyText(book.at(id).key)) === true ? undefined : sight.knownUntil))
        const sources = [...byBound].flatMap(([knownUntil, some]) => numericLanes.flatMap((lane) => readingsOf(tables, lane, some.filter((id) => book.at(id).lane === lane), buckets, knownUntil) ?? []))
        return sources.length === 0 ? Promise.resolve([]) : read(rollupOf(sources, buckets, aggregate, ids, byId(groups, affine)), signal)
      })
      const byGroup = Map.groupBy(rows, ([group]) => Number(group))
      return groups.map((_, group) => (byGroup.get(group) ?? []).map((row) => toRollupBucket(buckets, row)))
    },
    async received(after, limit, { signal, withoutRuns = false } = {}) {
      const before = writer.head + 1 // what is being put into the tables now is in some of them, and not in others
      const some = lanes.filter((lane) => !withoutRuns || !isLaneOfRuns(lane))
      for (let from = after; ;) {
        const perLane = await merger.views.use((tables) => Promise.all(some.map(async (lane) => {
          const sql = receivedOf(tables, lane, { after: from, before }, limit)
          return sql === undefined ? [] : await read(sql, signal)
        })))
        const { rows, end } = firstOf(perLane, limit)
        if (rows.length > 0 || end === Infinity) {
          return rows.filter(([id]) => book.has(Number(id))).map((row) => {
            const { key } = book.at(Number(row[0]))
            return { ...toReading(key.kind, row, book.originName), series: key }
          })
        }
        from = end // all of these were replaced since
      }
    },
    head: () => Promise.resolve(writer.head),
    async series({ measured, most = Infinity, ...options } = {}) {
      const keys = [...book.entries].flatMap(({ key, latest: last }) => (last && (measured === undefined || (key.source === 'MEASURED' && key.name === measured)) ? [key] : []))
      if (keys.length > most) throw tooManySeries(most)
      const found = await latest(keys, options)
      return keys.flatMap((key, index) => (found[index] ? [{ key, latest: found[index] }] : []))
    },
    async forget(retention) {
      const closed = await writer.close()
      if (closed) merger.add(closed)
      await merger.work()
      let forgotten = 0
      for (const [before, some] of Map.groupBy(retention, (each) => each.before)) { // segments are rewritten once for all series of a time
        const entries = some.flatMap(({ series }) => series.flatMap((key) => book.find(key) ?? []))
        const ids = Map.groupBy(entries, ({ lane }) => lane)
        forgotten += await merger.forget(new Map([...ids].map(([lane, ofLane]) => [lane, ofLane.map(({ id }) => id)])), before)
        for (const entry of entries) book.forgetLatest(entry, before)
      }
      return forgotten
    },
    async forgetRuns(runs) {
      const some = new Set(runs)
      const entries = [...book.entries].filter(({ key, lane }) => isLaneOfRuns(lane) && isOfAny(key, some))
      if (entries.length === 0) return 0
      const closed = await writer.close()
      if (closed) merger.add(closed)
      await merger.work()
      const through = archive.head
      const ids = Map.groupBy(entries, ({ lane }) => lane)
      const forgotten = await merger.forget(new Map([...ids].map(([lane, ofLane]) => [lane, ofLane.map(({ id }) => id)])), Number.MAX_SAFE_INTEGER)
      const gone = await writer.paused(() => {
        const silent = entries.filter(({ latest: last }) => last === undefined || last.receivedAt <= through) // one that came all the same keeps its series
        book.remove(silent)
        return silent
      })
      await archive.deleteSeries(gone.map(({ id }) => id))
      return forgotten
    },
    health() {
      const problem = writer.problem ?? (mergeProblem === undefined ? undefined : `Telemetry cannot be merged: ${mergeProblem}. It is safe in the log meanwhile; look after the disk of the data directory.`)
      return {
        isWritable: writer.problem === undefined, problem, unmerged: writer.rows + merger.waiting,
        stored: merger.views.current.reduce((sum, { rows, replaced }) => (replaced ? sum : sum + rows), 0), bytesOnDisk: bytesOnDisk + logs.bytes,
      }
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

/** What comes first in all lanes, each of which has at least `limit` readings or all there are; `end`: up to where nothing is left out. */
function firstOf(perLane: readonly (readonly DuckRow[])[], limit: number): { readonly rows: readonly DuckRow[]; readonly end: number } {
  const received = (row: DuckRow | undefined): number => Number(row?.[2])
  const end = Math.min(...perLane.map((rows) => (rows.length < limit ? Infinity : received(rows.at(-1)))))
  const rows = perLane.flat().filter((row) => received(row) <= end && row[7] === false).sort((left, right) => received(left) - received(right))
  const last = received(rows[Math.min(limit, rows.length) - 1])
  return { rows: rows.filter((row) => received(row) <= last), end }
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0
