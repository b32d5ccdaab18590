import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reading, SeriesKind, SeriesValue } from '../../../src/telemetry/reading.ts'
import { bucketReading, bucketsOf, bucketKey, readBucket } from '../../../src/telemetry/retention/stored-bucket.ts'
import { combine, fromSummary, type Totals, toSummary, totalsOf } from '../../../src/telemetry/retention/totals.ts'

/** The nth was received at n. */
const received = (values: readonly SeriesValue[]): readonly Pick<Reading, 'value' | 'receivedAt'>[] => values.map((value, index) => ({ value, receivedAt: index + 1 }))

/** In one step, from the definitions. */
function outright(kind: SeriesKind, values: readonly SeriesValue[]): Totals {
  const ends = { count: values.length, received: values.length, first: values[0] as SeriesValue, last: values.at(-1) as SeriesValue }
  const { count } = ends
  const numbers = values.map(Number)
  const mean = numbers.reduce((sum, value) => sum + value, 0) / count
  const m2 = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  if (kind === 'text') return { ...ends, min: null, max: null, sum: null, mean: null, m2: null }
  if (kind === 'boolean') return { ...ends, min: null, max: null, sum: null, mean, m2 }
  if (kind === 'float') return { ...ends, min: Math.min(...numbers), max: Math.max(...numbers), sum: numbers.reduce((sum, value) => sum + value, 0), mean, m2 }
  const whole = values as readonly bigint[]
  const sum = whole.reduce((all, value) => all + value, 0n)
  return { ...ends, min: whole.reduce((least, value) => (value < least ? value : least)), max: whole.reduce((most, value) => (value > most ? value : most)), sum, mean: Number(sum) / count, m2 }
}

const readings: fc.Arbitrary<{ readonly kind: SeriesKind; readonly values: readonly SeriesValue[] }> = fc.oneof(
  fc.record({ kind: fc.constant<SeriesKind>('float'), values: fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }) }),
  fc.record({ kind: fc.constant<SeriesKind>('integer'), values: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 60 }) }),
  fc.record({ kind: fc.constant<SeriesKind>('boolean'), values: fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }) }),
  fc.record({ kind: fc.constant<SeriesKind>('text'), values: fc.array(fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()), { minLength: 1, maxLength: 20 }) }),
)

/** Cut at random places, each part summarised, and the parts put together in a random tree. */
function stepwise(kind: SeriesKind, [one, ...others]: ReturnType<typeof received>, choose: () => number): Totals {
  if (!one) throw new Error('There is nothing to sum up.')
  if (others.length === 0) return totalsOf(kind, one)
  const cut = choose() % others.length
  return combine(stepwise(kind, [one, ...others.slice(0, cut)], choose), stepwise(kind, others.slice(cut), choose))
}

/** Exact where it has to be; to 1e-9 of the size of what was summed where floats are. */
function expectSame(actual: Totals, expected: Totals, values: readonly SeriesValue[]): void {
  const { mean, m2, sum, ...exact } = actual
  const size = Math.max(1, ...values.map((value) => Math.abs(Number(value)) || 0))
  expect({ ...exact, sum: typeof sum === 'bigint' ? sum : null }).toEqual({ count: expected.count, received: expected.received, first: expected.first, last: expected.last, min: expected.min, max: expected.max, sum: typeof expected.sum === 'bigint' ? expected.sum : null })
  const near = (left: unknown, right: unknown, of: number): void => {
    if (right === null) expect(left).toBeNull()
    else expect(Math.abs(Number(left) - Number(right)) / of).toBeLessThan(1e-9)
  }
  near(mean, expected.mean, size)
  near(m2, expected.m2, size * size * expected.count)
  if (typeof sum !== 'bigint') near(sum, expected.sum, size * expected.count)
}

describe('Summaries of readings', () => {
  it('come to the same in one step and in many, wherever they are cut', () => {
    fc.assert(fc.property(readings, fc.infiniteStream(fc.nat()), ({ kind, values }, choices) => {
      expectSame(stepwise(kind, received(values), () => Number(choices.next().value)), outright(kind, values), values)
    }), { numRuns: 400 })
  })

  it('keep everything on the way into the store and back, digits of integers among it', () => {
    fc.assert(fc.property(readings, ({ kind, values }) => {
      const totals = outright(kind, values)
      const key = { twin: 'a', name: 'b', kind, source: 'MEASURED', run: null } as const
      const { series, at, value } = bucketReading(bucketKey(key, 3_600_000_000), 7_200_000_000, totals)
      expect(readBucket(kind, { at, value, quality: 'GOOD', receivedAt: 1, origin: null, sequence: null })).toEqual(totals)
      expect([series, bucketsOf(series)]).toEqual([bucketKey(key, 3_600_000_000), { key, every: 3_600_000_000 }])
    }))
    expect(bucketKey({ twin: 'a', name: 'b', kind: 'float', source: 'MEASURED', run: null }, 3_600_000_000).run).toBe('rollup:PT1H:float')
  })

  it('are the store\'s, with the deviation it gives', () => {
    const totals = outright('float', [1, 2, 4, 9])
    const summary = toSummary(0, totals, 2)
    expect(summary).toEqual({ from: 0, received: 4, count: 4, first: 1, last: 9, min: 1, max: 9, sum: 16, mean: 4, stddev: Math.sqrt(38 / 3), quantiles: [null, null] })
    expectSame(fromSummary(summary), totals, [9])
    expect(toSummary(0, outright('float', [5]), 0).stddev).toBeNull()
  })

  it('leave out what is beyond all that a number holds, and keep the rest', () => {
    const huge = received([1e308, 1.5e308, -1e308]).map((each) => totalsOf('float', each)).reduce(combine)
    expect(huge).toEqual({ count: 3, received: 3, first: 1e308, last: -1e308, min: -1e308, max: 1.5e308, sum: null, mean: null, m2: null })
    const { at, value } = bucketReading(bucketKey({ twin: 'a', name: 'b', kind: 'float', source: 'MEASURED', run: null }, 1_000_000), 0, huge)
    expect(readBucket('float', { at, value, quality: 'GOOD', receivedAt: 1, origin: null, sequence: null })).toEqual(huge)
    expect(toSummary(0, combine(huge, totalsOf('float', { value: 1, receivedAt: 4 })), 0)).toMatchObject({ count: 4, last: 1, sum: null, mean: null, stddev: null })
    expect(fromSummary({ from: 0, received: 1, count: 2, first: 1e200, last: 0, min: 0, max: 1e200, sum: 1e200, mean: 5e199, stddev: null, quantiles: [] }).m2).toBeNull()
  })
})
