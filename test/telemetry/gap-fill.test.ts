import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillGaps, type Fill } from '../../src/telemetry/gap-fill.ts'
import type { Summary } from '../../src/telemetry/telemetry-store.ts'

const summary = (from: number, mean: number): Summary => ({ from, received: 0, count: 2, first: mean - 1, last: mean + 1, min: mean - 1, max: mean + 1, sum: 2 * mean, mean, stddev: 1, quantiles: [] })

/** Buckets of a range, some of them with readings. */
const answer = fc
  .record({ from: fc.integer({ min: -1_000_000, max: 1_000_000 }), width: fc.integer({ min: 1, max: 500 }), length: fc.integer({ min: 0, max: 40_000 }), held: fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), means: fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 60, maxLength: 60 }) })
  .map(({ from, width, length, held, means }) => {
    const to = from + Math.min(length, 60 * width)
    const starts = Array.from({ length: Math.ceil((to - from) / width) }, (_, index) => from + index * width)
    return { buckets: { from, to, width }, starts, summaries: starts.flatMap((start, index) => (held[index] ? [summary(start, means[index] ?? 0)] : [])) }
  })
const fills: readonly Fill[] = ['NULL', 'PREVIOUS', 'LINEAR']

describe('filling gaps', () => {
  it('gives every bucket of the range, side by side, and leaves those with readings as they are', () => {
    fc.assert(
      fc.property(answer, fc.constantFrom(...fills), ({ buckets, starts, summaries }, fill) => {
        const filled = fillGaps(summaries, buckets, fill, 7)
        expect(filled.map(({ from }) => from)).toEqual(starts)
        expect(filled.map(({ to }) => to)).toEqual(starts.length === 0 ? [] : [...starts.slice(1), buckets.to])
        expect(filled.flatMap(({ summary: held }) => held ?? [])).toEqual(summaries)
        expect(filled.filter(({ summary: held, filled: value }) => held && value !== null)).toEqual([])
      }),
    )
  })

  it('with NONE gives those with readings only', () => {
    fc.assert(
      fc.property(answer, ({ buckets, summaries }) => {
        const given = fillGaps(summaries, buckets, 'NONE', 7)
        expect(given.map(({ summary: held, filled }) => ({ held, filled }))).toEqual(summaries.map((held) => ({ held, filled: null })))
        for (const { from, to } of given) expect(to).toBe(Math.min(from + buckets.width, buckets.to))
      }),
    )
  })

  it('with NULL puts nothing in, with PREVIOUS the last value before, be it before the range', () => {
    fc.assert(
      fc.property(answer, fc.option(fc.integer(), { nil: undefined }), ({ buckets, summaries }, before) => {
        for (const { filled } of fillGaps(summaries, buckets, 'NULL', before)) expect(filled).toBeNull()
        for (const { from, summary: held, filled } of fillGaps(summaries, buckets, 'PREVIOUS', before)) {
          if (!held) expect(filled).toBe(summaries.findLast((earlier) => earlier.from < from)?.last ?? before ?? null)
        }
      }),
    )
  })

  it('with LINEAR finds a line again from any of its buckets', () => {
    fc.assert(
      fc.property(answer, fc.integer({ min: -5, max: 5 }), ({ buckets, summaries }, slope) => {
        const middle = (from: number): number => (from + Math.min(from + buckets.width, buckets.to)) / 2
        const line = (from: number): number => slope * (middle(from) - buckets.from) + 3
        const onTheLine = summaries.map(({ from }) => summary(from, line(from)))
        const [first, last] = [onTheLine[0]?.from ?? Infinity, onTheLine.at(-1)?.from ?? -Infinity]
        for (const { from, summary: held, filled } of fillGaps(onTheLine, buckets, 'LINEAR', 7)) {
          if (!held && from > first && from < last) expect(filled).toBeCloseTo(line(from), 6)
          else expect(filled).toBeNull()
        }
      }),
    )
  })

  it('with LINEAR draws no line between texts, and none that leaves the range of numbers', () => {
    const text = (from: number): Summary => ({ ...summary(from, 0), first: 'OPEN', last: 'SHUT', min: null, max: null, sum: null, mean: null, stddev: null })
    expect(fillGaps([text(0), text(20)], { from: 0, to: 30, width: 10 }, 'LINEAR')[1]?.filled).toBeNull()
    expect(fillGaps([text(0), text(20)], { from: 0, to: 30, width: 10 }, 'PREVIOUS')[1]?.filled).toBe('SHUT')
    expect(fillGaps([summary(0, -Number.MAX_VALUE), summary(20, Number.MAX_VALUE)], { from: 0, to: 30, width: 10 }, 'LINEAR')[1]?.filled).toBe(0)
  })
})
