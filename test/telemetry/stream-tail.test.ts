import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDuckdbTelemetryStore } from '../../src/adapters/duckdb/telemetry-store.ts'
import type { NewReading, SeriesKind, SeriesValue } from '../../src/telemetry/reading.ts'
import { createReadingTail, type ReadingTail } from '../../src/telemetry/reading-tail.ts'
import type { Received, TelemetryStore } from '../../src/telemetry/telemetry-store.ts'

const values: Readonly<Record<SeriesKind, SeriesValue>> = { float: 1.5, integer: 7n, boolean: true, text: 'on', json: '{}' }
const kinds = Object.keys(values) as readonly SeriesKind[]

const reading = (kind: SeriesKind, at: number): NewReading => ({
  series: { twin: 'pump-1', name: kind, kind, source: 'MEASURED', run: null }, at, value: values[kind], quality: 'GOOD', origin: null, sequence: null,
})

describe('The tail of what is received', () => {
  let directory: string
  let store: TelemetryStore
  let tail: ReadingTail
  const troubles: unknown[] = []
  const append = async (batch: readonly NewReading[]): Promise<void> => {
    await store.append(batch)
    tail.wake()
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'twinfold-tail-'))
    store = await createDuckdbTelemetryStore({ directory, mergeRows: 400, mergeAfterMs: 50 })
    tail = createReadingTail({ store, isShared: false, onTrouble: (error) => { troubles.push(error) } })
  })
  afterEach(async () => {
    tail[Symbol.dispose]()
    await store[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
    expect(troubles.splice(0)).toEqual([])
  })

  it('tells every listener of every reading once and in order, of whatever kind, while batches come at the same time and segments are merged', async () => {
    const heard: Received[] = []
    tail.listen((readings) => { heard.push(...readings) })
    await tail.started()
    const batches = Array.from({ length: 400 }, (_, index) => kinds.map((kind) => reading(kind, (index + 1) * 1_000)))
    for (let start = 0; start < batches.length; start += 20) await Promise.all(batches.slice(start, start + 20).map(append))
    await vi.waitFor(() => { expect(heard).toHaveLength(2_000) }, { timeout: 20_000 })
    expect(new Set(heard.map(({ series, at }) => `${series.name} ${at}`)).size).toBe(2_000)
    expect(heard.map(({ receivedAt }) => receivedAt)).toEqual(heard.map(({ receivedAt }) => receivedAt).sort((left, right) => left - right))
  })

  it('begins where it is listened to, and keeps no place while nobody listens', async () => {
    await append([reading('float', 1)])
    const first: number[] = []
    const end = tail.listen((readings) => { first.push(...readings.map(({ at }) => at)) })
    await tail.started()
    await append([reading('float', 2)])
    await vi.waitFor(() => { expect(first).toEqual([2]) })
    end()
    expect(tail.position).toBeNaN()
    await append([reading('float', 3)])
    const second: number[] = []
    tail.listen((readings) => { second.push(...readings.map(({ at }) => at)) })
    await tail.started()
    await append([reading('float', 4)])
    await vi.waitFor(() => { expect(second).toEqual([4]) })
    expect(first).toEqual([2])
    expect(tail.position).toBe(await store.head())
  })
})

describe('The tail of a store that others write into, too', () => {
  it('finds what nobody told it of, and after an outage goes on where it was', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'twinfold-tail-'))
    await using store = await createDuckdbTelemetryStore({ directory })
    const troubles: unknown[] = []
    let isAway = false
    using tail = createReadingTail({
      store: { head: () => store.head(), received: (...args) => (isAway ? Promise.reject(new Error('away')) : store.received(...args)) },
      isShared: true, onTrouble: (error) => { troubles.push(error) },
    })
    const heard: number[] = []
    tail.listen((readings) => { heard.push(...readings.map(({ at }) => at)) })
    await tail.started()
    await store.append([reading('float', 1)])
    await vi.waitFor(() => { expect(heard).toEqual([1]) })
    isAway = true
    await vi.waitFor(() => { expect(troubles).toHaveLength(1) })
    await store.append([reading('float', 2)])
    isAway = false
    await vi.waitFor(() => { expect(heard).toEqual([1, 2]) }, { timeout: 5_000 })
    expect(troubles).toHaveLength(1)
  })
})
