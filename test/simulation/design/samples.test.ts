import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Design, Range } from '../../../src/simulation/design/design.ts'
import { sampleCount, toSamples } from '../../../src/simulation/design/samples.ts'
import { createRandomStreams } from '../../../src/simulation/random-stream.ts'

const ranges: fc.Arbitrary<Range> = fc.oneof(
  fc.record({ from: fc.double({ min: -1e6, max: 0, noNaN: true }), to: fc.double({ min: 1e-3, max: 1e6, noNaN: true }), scale: fc.constant('LINEAR' as const) }),
  fc.record({ from: fc.double({ min: 1e-6, max: 1, noNaN: true }), to: fc.double({ min: 2, max: 1e6, noNaN: true }), scale: fc.constant('LOGARITHMIC' as const) }),
)
const designs = fc.record({ kind: fc.constantFrom('LATIN_HYPERCUBE', 'SOBOL'), axes: fc.array(ranges, { minLength: 1, maxLength: 20 }), samples: fc.integer({ min: 1, max: 200 }) })
const unit = (count: number): Range[] => Array.from({ length: count }, () => ({ from: 0, to: 1, scale: 'LINEAR' }))

/** The way of a value along its range, from 0 to 1. */
const shareOf = ({ from, to, scale }: Range, value: number): number => (scale === 'LINEAR' ? (value - from) / (to - from) : Math.log(value / from) / Math.log(to / from))

describe('Designs of sweeps', () => {
  it('a grid has every combination once, the last axis turning fastest', () => {
    expect(toSamples({ kind: 'GRID', axes: [{ values: [1, 2] }, { values: [10, 20, 30] }] }, 1)).toEqual([[1, 10], [1, 20], [1, 30], [2, 10], [2, 20], [2, 30]])
    fc.assert(fc.property(fc.array(fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }), (lists) => {
      const design: Design = { kind: 'GRID', axes: lists.map((values) => ({ values })) }
      const samples = toSamples(design, 1)
      expect(samples.length).toBe(sampleCount(design))
      expect(new Set(samples.map((row) => JSON.stringify(row))).size).toBe(lists.reduce((product, { length }) => product * length, 1))
      for (const row of samples) for (const [axis, value] of row.entries()) expect(lists[axis]).toContain(value)
    }))
  })

  it('every sample lies within its ranges, as many as were asked for, the same for the same seed and others for another', () => {
    fc.assert(fc.property(designs, fc.integer({ min: 0, max: 2 ** 31 - 2 }), (design, seed) => {
      const samples = toSamples(design, seed)
      expect(samples.length).toBe(design.samples)
      for (const row of samples) {
        expect(row.length).toBe(design.axes.length)
        for (const [axis, value] of row.entries()) {
          expect(value).toBeGreaterThanOrEqual(design.axes[axis]?.from ?? NaN)
          expect(value).toBeLessThanOrEqual(design.axes[axis]?.to ?? NaN)
        }
      }
      expect(toSamples(design, seed)).toEqual(samples)
      expect(toSamples(design, seed + 1)).not.toEqual(samples)
    }), { numRuns: 60 })
  })

  it('a Latin hypercube has one sample in every equal part of each axis, on its scale', () => {
    fc.assert(fc.property(designs, fc.integer(), (design, seed) => {
      const samples = toSamples({ ...design, kind: 'LATIN_HYPERCUBE' }, seed)
      for (const [axis, range] of design.axes.entries()) {
        const parts = samples.map((row) => shareOf(range, row[axis] ?? NaN) * design.samples).toSorted((a, b) => a - b)
        for (const [part, at] of parts.entries()) {
          expect(at).toBeGreaterThan(part - 1e-6)
          expect(at).toBeLessThan(part + 1 + 1e-6)
        }
      }
    }), { numRuns: 60 })
  })

  it('axes of a Latin hypercube have nothing to do with each other', () => {
    const samples = toSamples({ kind: 'LATIN_HYPERCUBE', axes: unit(2), samples: 2_000 }, 7)
    const covariance = samples.reduce((sum, [x = 0, y = 0]) => sum + (x - 0.5) * (y - 0.5), 0) / samples.length
    expect(Math.abs(covariance * 12)).toBeLessThan(0.08) // 3.5 standard errors
  })

  it('of 2^k points of a Sobol design every half, quarter … of an axis has the same number, whatever the seed', () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 20 }), (seed, dimensions) => {
      const samples = toSamples({ kind: 'SOBOL', axes: unit(dimensions), samples: 64 }, seed)
      for (let axis = 0; axis < dimensions; axis++) expect(new Set(samples.map((row) => Math.floor((row[axis] ?? NaN) * 64))).size).toBe(64)
    }), { numRuns: 40 })
  })

  it.each([2, 5, 10])('a Sobol design is spread more evenly than chance, over %i axes', (dimensions) => {
    const samples = 256
    for (const seed of [1, 2, 3]) {
      const random = createRandomStreams(seed)('chance')
      const chance = Array.from({ length: samples }, () => Array.from({ length: dimensions }, () => random.uniform()))
      expect(discrepancy(toSamples({ kind: 'SOBOL', axes: unit(dimensions), samples }, seed))).toBeLessThan(discrepancy(chance) * 0.75)
    }
  })

  it('makes the largest that are taken', () => {
    expect(toSamples({ kind: 'SOBOL', axes: unit(20), samples: 100_000 }, 1).length).toBe(100_000)
    expect(toSamples({ kind: 'LATIN_HYPERCUBE', axes: unit(20), samples: 100_000 }, 1).length).toBe(100_000)
  })
})

/** Centred L2 discrepancy (F. J. Hickernell 1998). */
function discrepancy(points: readonly (readonly number[])[]): number {
  const n = points.length
  const dimensions = points[0]?.length ?? 0
  const away = points.map((point) => point.map((x) => Math.abs(x - 0.5)))
  const single = away.reduce((sum, row) => sum + row.reduce((product, d) => product * (1 + d / 2 - d * d / 2), 1), 0)
  let double = 0
  for (const [i, x] of points.entries()) {
    for (const [j, y] of points.entries()) {
      double += x.reduce((product, each, k) => product * (1 + (away[i]?.[k] ?? 0) / 2 + (away[j]?.[k] ?? 0) / 2 - Math.abs(each - (y[k] ?? 0)) / 2), 1)
    }
  }
  return Math.sqrt((13 / 12) ** dimensions - 2 / n * single + double / (n * n))
}
