import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FeatureSpec } from '../../../src/prediction/feature.ts'
import type { BoundFeatures, FeatureRows } from '../../../src/prediction/features/bound-features.ts'
import { readRows } from '../../../src/prediction/features/read-rows.ts'
import type { NewReading, SeriesKey } from '../../../src/telemetry/reading.ts'
import { nowMicroseconds } from '../../../src/util/clock.ts'
import { openStore, type OpenedStore } from './open-store.ts'

const [second, minute, hour] = [1e6, 60e6, 3_600e6]
const start = Date.UTC(2026, 0, 1) * 1_000
const keyOf = (twin: number, name = 'flow'): SeriesKey => ({ twin: `twin-${twin}`, name, kind: 'float', source: 'MEASURED', run: null })
const reading = (series: SeriesKey, at: number, value: number, quality: NewReading['quality'] = 'GOOD'): NewReading => ({ series, at, value, quality, origin: null, sequence: null })
const wave = (index: number): number => Math.sin(index / 50) * 10 + (index % 7)

type Telemetry = Extract<FeatureSpec['of'], { kind: 'telemetry' }>
const feature = (name: string, of: Partial<Telemetry>, lag = 0): FeatureSpec => ({
  name, of: { kind: 'telemetry', name: 'flow', source: 'MEASURED', window: undefined, aggregate: 'LAST', every: undefined, staleAfter: undefined, ...of },
  twin: undefined, over: [], across: 'MEAN', lag, unit: undefined, encode: undefined, fill: undefined,
})
const bindAll = (specs: readonly FeatureSpec[], keys: readonly SeriesKey[]): BoundFeatures => ({
  specs, series: keys.map((key) => ({ key, affine: undefined, encode: undefined })),
  twins: keys.map(({ twin }, index) => ({ twin, features: specs.map(() => ({ kind: 'telemetry', series: [index], minus: [] })) })),
})

async function gather(bound: BoundFeatures, request: Parameters<typeof readRows>[1]): Promise<{ readonly rows: number; readonly portions: readonly FeatureRows[] }> {
  const portions: FeatureRows[] = []
  for await (const portion of readRows(bound, request)) portions.push(portion)
  return { portions, rows: portions.reduce((sum, { twins }) => sum + twins.length, 0) }
}

let opened: OpenedStore
const days = 60
const perMinute = days * 1_440

beforeAll(async () => {
  opened = await openStore()
  const { store } = opened
  for (let twin = 0; twin < 1_000; twin += 50) await store.append(Array.from({ length: 50 }, (_, index) => Array.from({ length: 60 }, (__, at) => reading(keyOf(twin + index), start + at * minute, wave(at + twin)))).flat())
  for (let at = 0; at < perMinute; at += 20_000) await store.append(Array.from({ length: Math.min(20_000, perMinute - at) }, (_, index) => reading(keyOf(5_000), start + (at + index) * minute, wave(at + index))))
})
afterAll(async () => { await opened[Symbol.asyncDispose]() })

describe('What rows cost', () => {
  test('a thousand twins at one instant take a few calls of the store', async () => {
    const specs = [feature('last', {}), feature('mean', { window: 30 * minute, aggregate: 'MEAN' }), feature('steps', { window: hour, aggregate: 'MAX', every: 10 * minute })]
    const bound = bindAll(specs, Array.from({ length: 1_000 }, (_, twin) => keyOf(twin)))
    const { reads, calls } = opened.counted()
    const { rows, portions } = await gather(bound, { instants: [start + 59 * minute + second], reads, knowledge: 'MEASURED' })
    expect(rows).toBe(1_000)
    expect(portions.every(({ values }) => values.every((value) => !Number.isNaN(value)))).toBe(true)
    expect(calls()).toBeLessThan(10)
  })

  test('a twin at 80,000 instants is read once, in pages', async () => {
    const specs = [feature('last', {}), feature('day', { window: 24 * hour, aggregate: 'STDDEV' }), feature('least', { window: hour, aggregate: 'MIN' }, hour), feature('slope', { window: 2 * hour, aggregate: 'SLOPE' })]
    const bound = bindAll(specs, [keyOf(5_000)])
    const { reads, calls, readings } = opened.counted()
    const instants = Array.from({ length: 80_000 }, (_, index) => start + index * minute + 1_440 * minute)
    const { rows } = await gather(bound, { instants, reads, knowledge: 'MEASURED' })
    expect(rows).toBe(80_000)
    expect(readings()).toBeLessThan(1.3 * perMinute)
    expect(calls()).toBeLessThan(60)
  })

  test('what lies between windows that are far from each other is left out', async () => {
    const key = keyOf(6_000)
    for (let at = 0; at < 400_000; at += 50_000) await opened.store.append(Array.from({ length: 50_000 }, (_, index) => reading(key, start + (at + index) * second, wave(at + index))))
    const { reads, readings } = opened.counted()
    const instants = [1, 2, 3, 4].map((day) => start + day * 24 * hour)
    const { portions } = await gather(bindAll([feature('mean', { window: 10 * minute, aggregate: 'COUNT' })], [key]), { instants, reads, knowledge: 'MEASURED' })
    expect(portions.flatMap(({ values }) => [...values])).toEqual([600, 600, 600, 600])
    expect(readings()).toBeLessThan(100_000)
  })

  test('the last reading is found behind as many bad ones as there are, in calls that grow with the logarithm of the way back', async () => {
    const keys = [keyOf(7_000), keyOf(7_001), keyOf(7_002)]
    await opened.store.append([reading(keys[0] as SeriesKey, start, 1), reading(keys[1] as SeriesKey, start, 2), reading(keys[2] as SeriesKey, start, 3, 'BAD')])
    await opened.store.append(keys.flatMap((key) => Array.from({ length: 15_000 }, (_, index) => reading(key, start + (index + 1) * second, wave(index), 'BAD'))))
    const { reads, calls } = opened.counted()
    const { portions } = await gather(bindAll([feature('last', {})], keys), { instants: [start + 20_000 * second], reads, knowledge: 'RECEIVED' })
    expect(portions.flatMap(({ values }) => [...values])).toEqual([NaN, NaN, NaN]) // they were received later
    const later = await gather(bindAll([feature('last', {})], keys), { instants: [nowMicroseconds() + hour], reads, knowledge: 'RECEIVED' })
    expect(later.portions.flatMap(({ values }) => [...values])).toEqual([1, 2, NaN])
    expect(calls()).toBeLessThan(80)
  })

  test('an abort ends it between two calls', async () => {
    const controller = new AbortController()
    const { reads, calls } = opened.counted()
    const bound = bindAll([feature('mean', { window: hour, aggregate: 'MEAN' })], [keyOf(5_000)])
    const instants = Array.from({ length: 80_000 }, (_, index) => start + index * minute)
    const aborted: typeof reads = { ...reads, async readings(...asked) {
      if (calls() === 2) controller.abort(new Error('enough'))
      return await reads.readings(...asked)
    } }
    await expect(gather(bound, { instants, reads: aborted, knowledge: 'MEASURED', signal: controller.signal })).rejects.toThrow('enough')
    expect(calls()).toBeLessThan(5)
  })
})
