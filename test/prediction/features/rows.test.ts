import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FeatureSpec, Knowledge } from '../../../src/prediction/feature.ts'
import type { BoundFeatures, FeatureRows, RowRequest } from '../../../src/prediction/features/bound-features.ts'
import { type ReadLimits, usualLimits } from '../../../src/prediction/features/read-limits.ts'
import { readRowsWithin } from '../../../src/prediction/features/read-rows.ts'
import { readsInSight, type SeriesStore } from '../../../src/telemetry/series-reads.ts'
import { nowMicroseconds } from '../../../src/util/clock.ts'
import { boundAround, instantsAround, keys, readingsAround } from './feature-arbitraries.ts'
import { openStore } from './open-store.ts'
import { referenceRow } from './reference-rows.ts'

interface Row {
  readonly twin: number
  readonly at: number
  readonly numbers: readonly number[]
}

async function rowsOf(bound: BoundFeatures, request: RowRequest, limits = usualLimits): Promise<readonly Row[]> {
  const portions: FeatureRows[] = []
  for await (const portion of readRowsWithin(limits, bound, request)) portions.push(portion)
  return portions.flatMap(({ twins, at, values, width }) => Array.from(twins, (twin, row) => ({ twin, at: at[row] as number, numbers: [...values.subarray(row * width, (row + 1) * width)] })))
}

const knowledges = fc.constantFrom<Knowledge>('RECEIVED', 'MEASURED')

/** Pages and portions of few readings and rows, so that a window lies over several. */
const limits: fc.Arbitrary<ReadLimits> = fc.oneof(fc.constant(usualLimits), fc.record({
  numbers: fc.integer({ min: 1, max: 30 }), series: fc.integer({ min: 1, max: 6 }), seriesInCall: fc.integer({ min: 1, max: 4 }),
  readings: fc.integer({ min: 1, max: 12 }), leastPage: fc.constantFrom(1, 2), mostPage: fc.integer({ min: 2, max: 5 }), held: fc.constant(1_000),
}))

/** But for the last bits, and missing where the other is. */
function expectLike(found: readonly number[], expected: readonly number[], what: string): void {
  expect(found.length, what).toBe(expected.length)
  for (const [index, number] of expected.entries()) {
    const value = found[index] as number
    const isLike = Number.isNaN(number) ? Number.isNaN(value) : Math.abs(value - number) <= 1e-9 * Math.max(1, Math.abs(number))
    if (!isLike) expect(found, `${what}, number ${index}`).toEqual(expected)
  }
}

const runs = { numRuns: 40, interruptAfterTimeLimit: 100_000, endOnFailure: true }

describe('Rows of features', () => {
  test('say what their definition says, whatever was received when, corrected, bad or missing', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer(), { minLength: 1, maxLength: 6 }), knowledges, limits, fc.gen(), async (seeds, knowledge, within, gen) => {
      await using opened = await openStore()
      const start = nowMicroseconds()
      for (const _ of seeds) await opened.store.append(gen(readingsAround, start, true))
      const [bound, instants] = [gen(boundAround, start), gen(instantsAround, start)]
      const readings = await opened.everything(keys)
      const rows = await rowsOf(bound, { instants, reads: opened.store, knowledge }, within)
      expect(rows.map(({ twin, at }) => [twin, at])).toEqual(bound.twins.flatMap((_, twin) => instants.map((at) => [twin, at])))
      for (const { twin, at, numbers } of rows) expectLike(numbers, referenceRow(bound, twin, at, readings, knowledge), `${knowledge} twin ${twin} at ${at - start}`)
    }), runs)
  }, 120_000)

  test('are, to the last bit, the same in a range as of one instant alone: training and serving read the same numbers', async () => {
    await fc.assert(fc.asyncProperty(knowledges, limits, fc.gen(), async (knowledge, within, gen) => {
      await using opened = await openStore()
      const start = nowMicroseconds()
      for (let batch = 0; batch < 4; batch++) await opened.store.append(gen(readingsAround, start, false))
      const [bound, instants] = [gen(boundAround, start), gen(instantsAround, start)]
      const range = await rowsOf(bound, { instants, reads: opened.store, knowledge }, within)
      for (const [index, at] of instants.entries()) {
        const alone = await rowsOf(bound, { instants: [at], reads: opened.store, knowledge })
        expect(alone.map(({ numbers }) => numbers)).toEqual(bound.twins.map((_, twin) => range[twin * instants.length + index]?.numbers))
      }
    }), { ...runs, numRuns: 25 })
  }, 120_000)
})

test('Windows that hold more than there is memory for are refused by the twin, after fewer twins were tried at a time', async () => {
  await using opened = await openStore()
  const [key] = keys as readonly [(typeof keys)[number]]
  const start = nowMicroseconds()
  await opened.store.append(Array.from({ length: 30 }, (_, index) => ({ series: key, at: start + index, value: index, quality: 'GOOD', origin: null, sequence: null })))
  const spec: FeatureSpec = { name: 'sum', of: { kind: 'telemetry', name: 'flow', source: 'MEASURED', window: 1_000, aggregate: 'SUM', every: undefined, staleAfter: undefined }, twin: undefined, over: [], across: 'MEAN', lag: 0, unit: undefined, encode: undefined, fill: undefined }
  const bound: BoundFeatures = { specs: [spec], series: [key, { ...key, twin: 'other' }].map((each) => ({ key: each, affine: undefined, encode: undefined })), twins: ['full', 'empty'].map((twin, index) => ({ twin, features: [{ kind: 'telemetry', series: [index], minus: [] }] })) }
  const request: RowRequest = { instants: [start + 29], reads: opened.store, knowledge: 'MEASURED' }
  expect((await rowsOf(bound, request, { ...usualLimits, held: 30 })).map(({ numbers }) => numbers)).toEqual([[435], [NaN]])
  await expect(rowsOf(bound, request, { ...usualLimits, held: 29 })).rejects.toThrow('More than 29 readings lie in the windows of "full"')
  expect(await rowsOf({ ...bound, twins: bound.twins.toReversed() }, { ...request, twins: [0] }, { ...usualLimits, held: 29 })).toHaveLength(1)
})

test('What a simulation says of an instant long past is seen at it, though the run was stored only now; what was measured is not', async () => {
  await using opened = await openStore()
  const [measured, simulated] = keys as readonly [(typeof keys)[number], (typeof keys)[number]]
  const then = nowMicroseconds() - 86_400_000_000
  await opened.store.append([measured, simulated].map((series, index) => ({ series, at: then, value: 3 + index, quality: 'GOOD', origin: null, sequence: null })))
  const specOf = (name: string, source: 'MEASURED' | 'SIMULATED' | 'RESIDUAL', fill?: number): FeatureSpec => ({ name, of: { kind: 'telemetry', name: 'flow', source, window: undefined, aggregate: 'LAST', every: undefined, staleAfter: undefined }, twin: undefined, over: [], across: 'MEAN', lag: 0, unit: undefined, encode: undefined, fill })
  const bound: BoundFeatures = {
    specs: [specOf('measured', 'MEASURED', -9), specOf('simulated', 'SIMULATED'), specOf('off', 'RESIDUAL', -9)], series: [measured, simulated].map((key) => ({ key, affine: undefined, encode: undefined })),
    twins: [{ twin: 'a', features: [{ kind: 'telemetry', series: [0], minus: [] }, { kind: 'telemetry', series: [1], minus: [] }, { kind: 'telemetry', series: [0], minus: [1] }] }],
  }
  const at = async (knowledge: Knowledge) => (await rowsOf(bound, { instants: [then + 1], reads: opened.store, knowledge })).map(({ numbers }) => numbers)
  expect(await at('RECEIVED')).toEqual([[-9, 4, -9]])
  expect(await at('MEASURED')).toEqual([[3, 4, -1]])
})

describe('Nothing of the future is in a row', () => {
  test('what is received after an instant, whatever time it is about, changes no row at it', async () => {
    await fc.assert(fc.asyncProperty(fc.gen(), async (gen) => {
      await using opened = await openStore()
      const { store } = opened
      const start = nowMicroseconds()
      const cursors: number[] = []
      for (let batch = 0; batch < 3; batch++) cursors.push((await store.append(gen(readingsAround, start, false))).cursor)
      const bound = gen(boundAround, start)
      const instants = [...new Set([start, ...cursors.flatMap((cursor) => [cursor - 1, cursor])])].toSorted((left, right) => left - right)
      const before = await rowsOf(bound, { instants, reads: store, knowledge: 'RECEIVED' })
      const there = new Set((await opened.everything(keys)).flatMap((all, series) => all.map(({ at }) => `${series} ${at}`)))
      const later = Array.from({ length: 3 }, () => gen(readingsAround, start, false)).flat()
      await store.append(later.filter(({ series, at }) => series.run === null && !there.has(`${keys.indexOf(series)} ${at}`))) // what a run says is known at once, and corrections are the next test's
      expect(await rowsOf(bound, { instants, reads: store, knowledge: 'RECEIVED' })).toEqual(before)
    }), runs)
  }, 120_000)

  test('nor does what corrects a reading later, where the store is asked what was known at the instant', async () => {
    await fc.assert(fc.asyncProperty(fc.gen(), async (gen) => {
      await using opened = await openStore()
      const { store } = opened
      const start = nowMicroseconds()
      const { cursor } = await store.append(gen(readingsAround, start, false))
      const bound = gen(boundAround, start)
      const asKnown = (at: number): RowRequest => ({ instants: [at], reads: readsInSight(store as unknown as SeriesStore, { knownUntil: at }), knowledge: 'RECEIVED' })
      const before = await rowsOf(bound, asKnown(cursor))
      await store.append(gen(readingsAround, start, false))
      expect(await rowsOf(bound, asKnown(cursor))).toEqual(before)
    }), runs)
  }, 120_000)

  test('where readings count from when they were true, what is true later than the instant minus the lag changes no row', async () => {
    await fc.assert(fc.asyncProperty(fc.gen(), async (gen) => {
      await using opened = await openStore()
      const { store } = opened
      const start = nowMicroseconds()
      await store.append(gen(readingsAround, start, false))
      const bound = gen(boundAround, start)
      const instants = gen(instantsAround, start)
      const lag = Math.min(...bound.specs.map((spec) => spec.lag))
      const before = await rowsOf(bound, { instants, reads: store, knowledge: 'MEASURED' })
      const end = (instants.at(-1) as number) - lag
      const later = Array.from({ length: 3 }, () => gen(readingsAround, start, false)).flat().map((reading) => ({ ...reading, at: end + 1 + Math.abs(reading.at - start) }))
      await store.append(later)
      expect(await rowsOf(bound, { instants, reads: store, knowledge: 'MEASURED' })).toEqual(before)
    }), runs)
  }, 120_000)
})
