import { spawnSync } from 'node:child_process'
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDuckdbTelemetryStore, type DuckdbTelemetryConfig } from '../../../src/adapters/duckdb/telemetry-store.ts'
import { createConfig } from '../../../src/config.ts'
import type { NewReading, SeriesKey } from '../../../src/telemetry/reading.ts'
import type { TelemetryStore } from '../../../src/telemetry/telemetry-store.ts'
import { until } from '../../http/api.ts'

let directory: string
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'twinfold-store-')) })
afterEach(() => rm(directory, { recursive: true, force: true }))

const warnings: string[] = []
const openStore = (more: Partial<DuckdbTelemetryConfig> = {}): Promise<TelemetryStore> => createDuckdbTelemetryStore({ directory, log: { warn: (_details, message) => void warnings.push(message) }, ...more })
const key: SeriesKey = { twin: 'p', name: 'flow', kind: 'float', source: 'MEASURED', run: null }
const readings = (from: number, count: number): readonly NewReading[] => Array.from({ length: count }, (_, index) => ({ series: key, at: from + index, value: from + index, quality: 'GOOD', origin: 'plc', sequence: from + index }))
const all = { from: 0, to: 1_000_000, width: 1_000_000 }
const count = async (store: TelemetryStore): Promise<number> => (await store.summaries([key], all))[0]?.[0]?.count ?? 0

/** In a process of its own. */
const run = (script: string) => spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: fileURLToPath(new URL('../../../', import.meta.url)), env: { ...createConfig().environment }, encoding: 'utf8' })

describe('The embedded telemetry store', () => {
  it('is for one process', async () => {
    await using _first = await openStore()
    const { stdout } = run(`import { createDuckdbTelemetryStore } from ${JSON.stringify(new URL('../../../src/adapters/duckdb/telemetry-store.ts', import.meta.url).href)}
      createDuckdbTelemetryStore({ directory: ${JSON.stringify(directory)} }).then(() => console.log('opened'), (error) => console.log(error.code))`)
    expect(stdout.trim()).toBe('DATA_DIRECTORY_IN_USE')
  })

  it('reads what was merged, what is being merged and what is new as one', async () => {
    await using store = await openStore({ mergeRows: 500, mergeAfterMs: 50 })
    for (let from = 0; from < 10_000; from += 250) {
      await store.append(readings(from, 250))
      expect(await count(store)).toBe(from + 250)
    }
    await until(() => store.health().unmerged === 0, 'all is merged')
    expect(await count(store)).toBe(10_000)
  })

  it('answers for a series whose sums overflow, and for the others beside it', async () => {
    await using store = await openStore()
    const huge: SeriesKey = { ...key, name: 'huge' }
    await store.append([...readings(0, 4), ...[Number.MAX_VALUE, Number.MAX_VALUE, -1].map((value, at): NewReading => ({ series: huge, at, value, quality: 'GOOD', origin: null, sequence: null }))])
    const [large, plain] = await store.summaries([huge, key], all)
    expect(large?.[0]).toMatchObject({ count: 3, sum: null, stddev: null, min: -1, max: Number.MAX_VALUE })
    expect(plain?.[0]).toMatchObject({ count: 4, sum: 6 })
  })

  it('opens as of its last checkpoint where the write-ahead log of DuckDB is damaged, and takes the rest from its own log', async () => {
    {
      await using store = await openStore({ mergeRows: 100, mergeAfterMs: 20 })
      await store.append(readings(0, 100))
      await until(() => store.health().unmerged === 0, 'the first are merged')
      await store.append(readings(100, 50))
    }
    const { stderr } = run(`import { DuckDBInstance } from '@duckdb/node-api'
      const connection = await (await DuckDBInstance.create(${JSON.stringify(join(directory, 'segments.duckdb'))})).connect()
      for (let i = 0; i < 20; i++) await connection.run('CREATE TABLE stray_' + i + ' AS SELECT range FROM range(100)')
      process.kill(process.pid, 'SIGKILL')`)
    expect(stderr).toBe('')
    const wal = join(directory, 'segments.duckdb.wal')
    const bytes = await readFile(wal)
    await writeFile(wal, bytes.fill(255, 200, 260))
    await using store = await openStore()
    expect(await count(store)).toBe(150)
    expect((await readdir(directory)).some((name) => name.includes('.wal.damaged-'))).toBe(true)
    expect(warnings.some((message) => message.includes('write-ahead log'))).toBe(true)
  })

  it('says that it cannot write, takes nothing it cannot keep, and goes on by itself when it can', async () => {
    await using store = await openStore()
    await store.append(readings(0, 10))
    const handle = await open(join(directory, 'log-0000000001.bin'))
    const prototype = Object.getPrototypeOf(handle) as { datasync: () => Promise<void> }
    await handle.close()
    const datasync = prototype.datasync
    prototype.datasync = () => Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })) // the disk, not the store, is made to fail
    try {
      await expect(store.append(readings(10, 10))).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE', message: expect.stringContaining('no space left') as string })
      expect(store.health()).toMatchObject({ isWritable: false, problem: expect.stringContaining('Free space') as string })
      expect([await count(store), (await store.latest([key]))[0]?.value]).toEqual([10, 9])
    } finally {
      prototype.datasync = datasync
    }
    expect((await store.append(readings(10, 10))).outcomes).toEqual(Array.from({ length: 10 }, () => 'stored'))
    expect(store.health()).toMatchObject({ isWritable: true, problem: undefined })
    expect(await count(store)).toBe(20)
  })
})
