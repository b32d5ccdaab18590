import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isOfInvalidDatabase } from '../../../src/adapters/duckdb/broken-database.ts'
import { createRecentReadings } from '../../../src/adapters/duckdb/recent.ts'
import { type Placed, type Rows, toRows } from '../../../src/adapters/duckdb/rows.ts'
import { createDuckdbTelemetryStore } from '../../../src/adapters/duckdb/telemetry-store.ts'
import { insist } from '../../../src/run/insist.ts'
import type { NewReading, SeriesKey } from '../../../src/telemetry/reading.ts'
import type { TelemetryStore } from '../../../src/telemetry/telemetry-store.ts'
import { until } from '../../http/api.ts'

let directory: string
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'twinfold-broken-')) })
afterEach(() => rm(directory, { recursive: true, force: true }))

const rowGroup = 122_880
const key = (twin: string, run: string | null = null): SeriesKey => ({ twin, name: 'flow', kind: 'float', source: run === null ? 'MEASURED' : 'SIMULATED', run })
const readings = (series: SeriesKey, from: number, count: number): readonly NewReading[] => Array.from({ length: count }, (_, index) => ({ series, at: from + index, value: from + index, quality: 'GOOD', origin: null, sequence: null }))
const sums = (count: number): object => ({ count, sum: (count * (count - 1)) / 2, min: 0, max: count - 1 })
const everything = { from: 0, to: 2 ** 40, width: 2 ** 40 }
const summaryOf = async (store: TelemetryStore, series: SeriesKey) => (await store.summaries([series], everything))[0]?.[0]

describe('Recent readings', () => {
  /** Times, places and values alike, so that columns that are mixed up are seen. */
  const rowsFrom = (from: number, length: number): Rows => toRows('num', false, readings(key('p'), from, length).map((reading): Placed => ({ reading, series: reading.at, origin: 0, received: reading.at })))

  /** Fills what little memory there is, until an append fails; then there is more. */
  async function fill(memoryKb: number, batch: number) {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: `${memoryKb}KB`, temp_directory: '' })
    const connection = await instance.connect()
    await connection.run("ATTACH ':memory:' AS mem")
    const recent = createRecentReadings(await instance.connect(), 'test')
    let rows = 0
    const add = async (): Promise<void> => {
      await recent.add(rowsFrom(rows, batch))
      rows += batch
    }
    while (recent.tables.length < 2) {
      const adding = add()
      const relieved = setTimeout(() => void connection.run("SET memory_limit = '1GB'"), 30) // after the first try, within the pauses
      await adding.finally(() => { clearTimeout(relieved) })
    }
    await connection.run("SET memory_limit = '1GB'")
    return { instance, connection, recent, add, rows: () => rows }
  }

  for (const batch of [5_575, 50_000]) {
    it(`of which ${batch.toLocaleString('en')} did not fit into the memory are all there, each once and as they were, when there is memory again`, async () => {
      for (let memoryKb = 20_000; memoryKb < 36_000; memoryKb += 1_300) {
        const { instance, connection, recent, add, rows } = await fill(memoryKb, batch)
        for (let more = 0; more < rowGroup; more += batch) await add()
        const all = recent.tables.map(({ name }) => `SELECT * FROM ${name}`).join(' UNION ALL ')
        const [found] = (await connection.runAndReadAll(`SELECT count(*)::DOUBLE, count(DISTINCT t)::DOUBLE, count(*) FILTER (series = t AND received = t AND value = t)::DOUBLE FROM (${all})`)).getRows()
        expect(found, `with ${memoryKb} KB`).toEqual([rows(), rows(), rows()])
        expect(recent.rows).toBe(rows())
        recent.close()
        connection.closeSync()
        instance.closeSync()
      }
    }, 60_000)
  }

  it('would not be, were the same table appended to again: the fault of DuckDB that this guards against', async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '21MB', temp_directory: '' })
    const connection = await instance.connect()
    await connection.run('CREATE TABLE t (series INTEGER, t BIGINT, received BIGINT, quality UTINYINT, origin INTEGER, sequence BIGINT, value DOUBLE)')
    const append = () => connection.run('INSERT INTO t SELECT i, i, i, 0, 0, -1, i FROM range(50000) r(i)')
    await expect((async () => { for (;;) await append() })()).rejects.toThrow('Failed to commit: could not allocate')
    await connection.run("SET memory_limit = '1GB'")
    const error: unknown = await append().then(() => undefined, (found: unknown) => found)
    expect(isOfInvalidDatabase(error), 'should this hold no longer, DuckDB has mended it').toBe(true)
    connection.closeSync()
    instance.closeSync()
  })
})

describe('The embedded telemetry store', () => {
  it('that cannot keep in memory what is in its log is opened anew when it can, and has lost nothing', async () => {
    await writeFile(join(directory, 'temporary'), '') // where DuckDB would put what does not fit into the memory
    const warnings: string[] = []
    await using store = await createDuckdbTelemetryStore({ directory, memoryMb: 24, mergeRows: 10_000_000, log: { warn: (_details, message) => void warnings.push(message) } })
    const [series, batch] = [key('p'), 20_000]
    let acknowledged = 0
    const appendUntilRefused = async (): Promise<unknown> => {
      for (; acknowledged < 3_000_000; acknowledged += batch) await store.append(readings(series, acknowledged, batch))
      return undefined
    }
    await expect(appendUntilRefused()).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE' })
    expect(store.health()).toMatchObject({ isWritable: false, problem: expect.stringContaining('opened anew') as string })
    expect(acknowledged).toBeGreaterThan(rowGroup)

    await rm(join(directory, 'temporary'))
    await until(() => store.health().isWritable, 'the store is opened anew')
    expect(await summaryOf(store, series)).toMatchObject(sums(acknowledged + batch)) // the last had no answer, and is there: it may be
    await store.append(readings(series, acknowledged, 2 * batch)) // sending it again changes nothing
    expect(await summaryOf(store, series)).toMatchObject(sums(acknowledged + 2 * batch))
    await store.forget([]) // merges everything
    expect(await summaryOf(store, series)).toMatchObject(sums(acknowledged + 2 * batch))
    expect(warnings).toContain('the telemetry database is broken; it is opened anew from the log')
  }, 60_000)

  it('takes runs in parallel, answers, merges and forgets, and has every value in the end, though there is no room in memory or on disk for a while', async () => {
    const room = join(directory, 'temporary')
    await writeFile(room, '')
    const warnings: string[] = []
    const warn = (_details: object, message: string): void => {
      warnings.push(message)
      if (message.includes('opened anew')) void rm(room, { force: true })
    }
    await using store = await createDuckdbTelemetryStore({ directory, memoryMb: 48, mergeRows: 150_000, mergeAfterMs: 200, log: { warn } })
    const over = AbortSignal.timeout(20_000)
    const kept = new Map<string, number>()
    const write = async (name: string): Promise<void> => {
      for (let round = 0; !over.aborted; round++) {
        const run = `${name}-${round}`
        let count = 0
        for (; count < 400_000 && !over.aborted; count += 5_575) await insist(() => store.append(readings(key('p', run), count, 5_575)), 30_000)
        kept.set(run, count)
        if (round % 2 === 0) continue
        await insist(() => store.forgetRuns([run]), 30_000)
        kept.delete(run)
      }
    }
    const read = async (): Promise<void> => {
      while (!over.aborted) {
        for (const run of ['a-0', ...kept.keys()]) await insist(() => store.summaries([key('p', run)], everything, { quantiles: [0.5] }), 30_000)
        await setImmediate()
      }
    }
    await Promise.all([write('a'), write('b'), read()])
    expect(warnings.some((message) => message.includes('opened anew')), 'it broke').toBe(true)
    expect(kept.size).toBeGreaterThan(1)
    for (const [run, count] of kept) expect(await insist(() => summaryOf(store, key('p', run)), 30_000), run).toMatchObject(sums(count))
  }, 120_000)
})
