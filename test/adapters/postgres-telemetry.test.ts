import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createPostgresTelemetryStore, type PostgresTelemetryConfig } from '../../src/adapters/postgres/telemetry-store.ts'
import type { NewReading, SeriesValue } from '../../src/telemetry/reading.ts'
import type { TelemetryStore } from '../../src/telemetry/telemetry-store.ts'
import { postgresFolder, type PostgresServer, startPostgres } from '../support/postgres.ts'
import { everythingReceived } from '../telemetry/store-answers.ts'
import { newYear, second, seriesOf } from '../telemetry/store-arbitraries.ts'
import { telemetryStoreContract } from '../telemetry/store-contract.ts'

const flow = seriesOf('pump-1', 'flow', 'float')
const always = { from: -Infinity, to: Infinity }
const month = 31 * 86_400 * second

const reading = (at: number, value: SeriesValue, more: Partial<NewReading> = {}): NewReading => ({ series: flow, at, value, quality: 'GOOD', origin: null, sequence: null, ...more })

describe.skipIf(postgresFolder === undefined)('PostgreSQL (skipped where it is not installed)', () => {
  let server: PostgresServer
  beforeAll(async () => { server = await startPostgres() })
  afterAll(async () => { await server[Symbol.asyncDispose]() })

  const openStore = (config: Partial<PostgresTelemetryConfig> = {}): Promise<TelemetryStore> => createPostgresTelemetryStore({ url: server.url, tenant: randomUUID(), ...config })
  const asSuperuser = async <T extends pg.QueryResultRow>(text: string, url = server.url): Promise<readonly T[]> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query<T>(text)).rows
    } finally {
      await client.end()
    }
  }
  const newDatabase = async (): Promise<string> => {
    const name = `d${randomUUID().replaceAll('-', '')}`
    await asSuperuser(`CREATE DATABASE ${name}`)
    return server.url.replace(/[^/]+$/, name)
  }
  const partitions = async (): Promise<readonly string[]> => (await asSuperuser<{ name: string }>("SELECT relname AS name FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'twinfold.reading'::regclass")).map(({ name }) => name)

  telemetryStoreContract('The telemetry store in PostgreSQL', async () => {
    const tenant = randomUUID()
    let store = await openStore({ tenant })
    return {
      store,
      async reopen() {
        await store[Symbol.asyncDispose]()
        return (store = await openStore({ tenant }))
      },
      async close() { await store[Symbol.asyncDispose]() },
    }
  })

  test('processes that start at once on an empty database make its tables once, and all can write', async () => {
    const url = await newDatabase()
    const stores = await Promise.all(Array.from({ length: 6 }, () => openStore({ url, tenant: 'main', mostConnections: 2 })))
    await Promise.all(stores.map((store, index) => store.append([reading(newYear + index, index)])))
    expect((await stores[0]?.readings([flow], always, { first: 10 }))?.[0]?.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5])
    for (const store of stores) await store[Symbol.asyncDispose]()
  })

  test('a user who owns nothing but the schema is enough', async () => {
    const url = await newDatabase()
    await asSuperuser('DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN; CREATE SCHEMA twinfold AUTHORIZATION plain', url)
    const store = await openStore({ url: url.replace('twinfold@', 'plain@') })
    await store.append([reading(newYear, 1)])
    await store[Symbol.asyncDispose]()
    await asSuperuser('DROP ROLE IF EXISTS nobody; CREATE ROLE nobody LOGIN', url)
    await expect(openStore({ url: url.replace('twinfold@', 'nobody@') })).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE', message: expect.stringContaining('right') })
  })

  test('tables of a version this release does not know are left alone', async () => {
    const url = await newDatabase()
    await (await openStore({ url }))[Symbol.asyncDispose]()
    await asSuperuser('UPDATE twinfold.layout SET version = 99', url)
    await expect(openStore({ url })).rejects.toThrow('version 99')
  })

  test('tables of the first version become those of this one, and keep what is replaced from then on', async () => {
    const url = await newDatabase()
    const old = await openStore({ url, tenant: 'main' })
    await old.append([reading(newYear, 1)])
    await old[Symbol.asyncDispose]()
    await asSuperuser('DROP TABLE twinfold.replaced; UPDATE twinfold.layout SET version = 1', url)
    const [store, other] = await Promise.all([openStore({ url, tenant: 'main' }), openStore({ url, tenant: 'main' })])
    const [before, { cursor }] = [await store.head(), await other.append([reading(newYear, 2)])]
    const known = async (knownUntil: number): Promise<unknown> => (await store.latest([flow], { knownUntil })).map((each) => each?.value)
    expect([await known(before), await known(cursor)]).toEqual([[1], [2]])
    for (const each of [store, other]) await each[Symbol.asyncDispose]()
  })

  test('batches that go together in one transaction are known one after the other', async () => {
    const store = await openStore()
    await store.append([reading(newYear, 0)])
    const appended = await Promise.all(Array.from({ length: 30 }, (_, index) => store.append([reading(newYear, index + 1), reading(newYear, index + 1.5)])))
    const known = await Promise.all(appended.map(({ cursor }) => store.latest([flow], { knownUntil: cursor })))
    expect(known.map(([found]) => found?.value)).toEqual(appended.map((_, index) => index + 1.5))
    await store[Symbol.asyncDispose]()
  })

  test('processes that write at once have one order of receipt, and a redelivery to another process is recognised', async () => {
    const tenant = randomUUID()
    const stores = await Promise.all(Array.from({ length: 3 }, () => openStore({ tenant, mostConnections: 3 })))
    const follower = await openStore({ tenant })
    let isWriting = true
    const outcomes: string[] = []
    const cursors: number[] = []
    const writing = Promise.all(stores.map(async (store) => { // each sends all of it, in portions
      for (let start = 0; start < 200; start += 10) {
        const appended = await store.append(Array.from({ length: 10 }, (_, index) => reading(newYear + start + index, start + index, { origin: 'plc', sequence: start + index })))
        outcomes.push(...appended.outcomes)
        if (appended.outcomes.includes('stored')) cursors.push(appended.cursor)
      }
    })).finally(() => { isWriting = false })
    const followed: number[] = []
    for (let [goesOn, after] = [true, 0]; goesOn;) {
      goesOn = isWriting
      const page = await everythingReceived(follower, after, 7)
      followed.push(...page.map(({ value }) => Number(value)))
      after = page.at(-1)?.receivedAt ?? after
    }
    await writing
    expect(outcomes.filter((outcome) => outcome === 'stored').length).toBe(200)
    expect(outcomes.length).toBe(600)
    expect(followed.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 200 }, (_, index) => index))
    expect(new Set(cursors).size).toBe(cursors.length)
    expect(await follower.head()).toBe(Math.max(...cursors))
    for (const store of [...stores, follower]) await store[Symbol.asyncDispose]()
  })

  test('tenants share the tables and see nothing of each other', async () => {
    const [one, other] = [await openStore(), await openStore()]
    await one.append([reading(newYear, 1, { origin: 'plc', sequence: 1 })])
    expect(await other.latest([flow])).toEqual([undefined])
    expect(await other.series()).toEqual([])
    expect(await other.received(0, 10)).toEqual([])
    expect(await other.head()).toBe(0)
    expect((await other.append([reading(newYear, 2, { origin: 'plc', sequence: 1 })])).outcomes).toEqual(['stored'])
    expect(await other.forget([{ series: [flow], before: newYear + month }])).toBe(1)
    expect((await one.latest([flow]))[0]?.value).toBe(1)
    for (const store of [one, other]) await store[Symbol.asyncDispose]()
  })

  test('a month that nobody needs any more is dropped, even while somebody writes, and is made anew when somebody writes to it', async () => {
    const tenant = randomUUID()
    const [store, other] = [await openStore({ tenant }), await openStore({ tenant })]
    const longAgo = Date.UTC(2019, 4, 20) * 1_000
    await store.append([reading(longAgo, 1), reading(longAgo + month, 2), reading(newYear, 3)])
    await other.append([reading(longAgo + 1, 4)])
    expect(await partitions()).toEqual(expect.arrayContaining(['reading_2019_05', 'reading_2019_06']))
    const writing = Promise.all(Array.from({ length: 30 }, (_, index) => other.append([reading(newYear + 1 + index, index)])))
    expect(await store.forget([{ series: [flow], before: longAgo + month + 1 }])).toBe(3)
    await writing
    expect(await partitions()).not.toContain('reading_2019_05')
    expect(await partitions()).toContain('reading_2019_06') // it ends after the time before which all is forgotten
    await other.append([reading(longAgo + 2, 5)])
    expect((await store.readings([flow], { from: longAgo, to: longAgo + month }, { first: 5 }))[0]?.map(({ value }) => value)).toEqual([5])
    expect((await store.latest([flow]))[0]?.at).toBe(newYear + 30)
    for (const each of [store, other]) await each[Symbol.asyncDispose]()
  })

  test('a month that somebody else needs stays', async () => {
    const [one, other] = [await openStore(), await openStore()]
    const longAgo = Date.UTC(2018, 4, 20) * 1_000
    await one.append([reading(longAgo, 1)])
    await other.append([reading(longAgo, 2)])
    expect(await one.forget([{ series: [flow], before: newYear }])).toBe(1)
    expect((await other.latest([flow]))[0]?.value).toBe(2)
    expect(await partitions()).toContain('reading_2018_05')
    expect(await other.forget([{ series: [flow], before: newYear }])).toBe(1)
    expect(await partitions()).not.toContain('reading_2018_05')
    for (const each of [one, other]) await each[Symbol.asyncDispose]()
  })

  test('sums and squares that no float holds leave the rest of the summary answered', async () => {
    const store = await openStore()
    await store.append([Number.MAX_VALUE, Number.MAX_VALUE, 1].map((value, index) => reading(newYear + index, value)))
    const bucket = { from: newYear, to: newYear + second, width: second }
    const [[summary] = []] = await store.summaries([flow], bucket, { quantiles: [0.5] })
    expect(summary).toMatchObject({ count: 3, sum: null, min: 1, max: Number.MAX_VALUE, quantiles: [Number.MAX_VALUE] })
    expect((summary?.mean ?? 0) / Number.MAX_VALUE).toBeCloseTo(2 / 3, 12)
    expect((summary?.stddev ?? 0) / Number.MAX_VALUE).toBeCloseTo(Math.sqrt(1 / 3), 12)
    expect((await store.rollup([[flow]], bucket, 'SUM'))[0]).toEqual([{ from: newYear, count: 3, value: null }])
    expect(((await store.rollup([[flow]], bucket, 'MEAN'))[0]?.[0]?.value ?? 0) / Number.MAX_VALUE).toBeCloseTo(2 / 3, 12)
    await store[Symbol.asyncDispose]()
  })

  test('a batch that cannot be stored does not take those along that wait with it', async () => {
    const store = await openStore()
    const good = [reading(newYear, 1), reading(newYear + 1, 2)].map((each) => store.append([each]))
    const tooLarge = store.append([reading(newYear + 2, 2n ** 64n, { series: seriesOf('pump-1', 'starts', 'integer') })])
    const after = store.append([reading(newYear + 3, 4)])
    await expect(tooLarge).rejects.toThrow('out of range')
    await Promise.all([...good, after])
    expect((await store.readings([flow], always, { first: 5 }))[0]?.map(({ value }) => value)).toEqual([1, 2, 4])
    expect(store.health().isWritable).toBe(true)
    await store[Symbol.asyncDispose]()
  })

  test('a read that is aborted ends at the server, too', async () => {
    const url = await newDatabase()
    const store = await openStore({ url })
    await store.append([reading(newYear, 1)])
    const blocker = new pg.Client({ connectionString: url })
    await blocker.connect()
    await blocker.query('BEGIN; LOCK TABLE twinfold.reading IN ACCESS EXCLUSIVE MODE')
    const abort = new AbortController()
    const waiting = store.readings([flow], always, { first: 1, signal: abort.signal })
    const lockWaits = async (): Promise<number> => (await asSuperuser("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()", url)).length
    await vi.waitFor(async () => { expect(await lockWaits()).toBe(1) }, 10_000)
    abort.abort(new Error('gone home'))
    await expect(waiting).rejects.toThrow('gone home')
    await vi.waitFor(async () => { expect(await lockWaits()).toBe(0) }, 10_000)
    await blocker.query('COMMIT')
    await blocker.end()
    expect((await store.readings([flow], always, { first: 1 }))[0]).toHaveLength(1)
    await store[Symbol.asyncDispose]()
  })

  test('a server that does not answer is not waited for without end, and what was sent to it can be sent again', async () => {
    const url = await newDatabase()
    const store = await openStore({ url, writeTimeoutMs: 300 })
    await store.append([reading(newYear - 1, 0)])
    const blocker = new pg.Client({ connectionString: url })
    await blocker.connect()
    await blocker.query('BEGIN; LOCK TABLE twinfold.latest IN ACCESS EXCLUSIVE MODE')
    const batch = [reading(newYear, 1, { origin: 'plc', sequence: 1 })]
    await expect(store.append(batch)).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE' })
    expect(store.health()).toMatchObject({ isWritable: false, problem: expect.stringContaining('PostgreSQL') })
    await blocker.query('COMMIT')
    await blocker.end()
    await vi.waitFor(() => store.append([]), 10_000)
    expect((await store.append(batch)).outcomes).toEqual(['stored']) // nothing of it was, and its number is not remembered
    expect((await store.received(0, 10)).map(({ value }) => value)).toEqual([0, 1])
    await store[Symbol.asyncDispose]()
  })

  test.for(['SIGINT', 'SIGQUIT'] as const)('a server that is stopped by %s and started again amid writing costs nothing acknowledged, and the store works again by itself', async (signal) => {
    const store = await openStore()
    const acknowledged: number[] = []
    const failures: unknown[] = []
    let isOver = false
    const writing = (async () => {
      for (let number = 0; !isOver; number++) {
        await store.append([reading(newYear + number, number, { origin: 'plc', sequence: number })]).then(() => acknowledged.push(number), (error: unknown) => failures.push(error))
      }
    })()
    await vi.waitFor(() => { expect(acknowledged.length).toBeGreaterThan(20) }, 10_000)
    await server.stop(signal)
    await vi.waitFor(() => { expect(failures.length).toBeGreaterThan(0) }, 10_000)
    expect(store.health()).toMatchObject({ isWritable: false, problem: expect.stringContaining('PostgreSQL') })
    await expect(store.latestBefore([flow], newYear + 5)).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE' })
    isOver = true
    await writing
    await server.start()
    await vi.waitFor(() => { expect(store.health()).toMatchObject({ isWritable: true, problem: undefined }) }, 10_000) // with nobody writing
    expect(failures.every((error) => (error as { code?: string }).code === 'TELEMETRY_UNAVAILABLE')).toBe(true)
    await store.append([reading(newYear + 1_000_000, 7)])
    const kept = new Set((await store.readings([flow], always, { first: 1_000_000 }))[0]?.map(({ value }) => value))
    expect(acknowledged.filter((number) => !kept.has(number))).toEqual([])
    expect((await store.append(acknowledged.map((number) => reading(newYear + number, 99, { origin: 'plc', sequence: number })))).outcomes.every((outcome) => outcome === 'duplicate')).toBe(true)
    await store[Symbol.asyncDispose]()
  })

  test('where there is no server, it says so at the start', async () => {
    await expect(openStore({ url: 'postgres://twinfold@127.0.0.1:1/postgres' })).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE', message: expect.stringContaining('cannot be reached') })
    await expect(openStore({ url: server.url.replace(/[^/]+$/, 'nowhere') })).rejects.toMatchObject({ code: 'TELEMETRY_UNAVAILABLE', message: expect.stringContaining('does not exist') })
  })
})
