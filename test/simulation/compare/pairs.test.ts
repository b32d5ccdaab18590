import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKpis } from '../../../src/simulation/compare/compare-kpis.ts'
import { compareSeries } from '../../../src/simulation/compare/compare-series.ts'
import { createMoments, pooledDeviation } from '../../../src/simulation/statistics/moments.ts'
import type { Reading } from '../../../src/telemetry/reading.ts'
import { noise } from '../calibration/problems.ts'

const reading = (at: number, value: Reading['value']): Reading => ({ at, value, quality: 'GOOD', receivedAt: at, origin: null, sequence: null })
const series = fc.uniqueArray(fc.record({ at: fc.integer({ min: 0, max: 60 }), value: fc.double({ min: -1e3, max: 1e3, noNaN: true }) }), { selector: ({ at }) => at })
  .map((readings) => readings.toSorted((a, b) => a.at - b.at).map(({ at, value }) => reading(at, value)))

describe('Two series are compared reading by reading of one time', () => {
  it('and say of how many the other had none', () => {
    const pair = compareSeries()
    pair.add([reading(1, 1), reading(2, 2), reading(3, 3)], [reading(2, 5), reading(3, 2), reading(4, 9)])
    expect(pair.result()).toEqual({ n: 2, unpaired: { baseline: 1, candidate: 1 }, baseline: 2.5, candidate: 3.5, meanDifference: 1, meanAbsoluteDifference: 2, rmse: Math.sqrt(5), greatest: { at: 2, difference: 3 } })
  })

  it('and nothing is said of series without a time in common', () => {
    const pair = compareSeries()
    pair.add([reading(1, 1)], [reading(2, 1)])
    expect(pair.result()).toEqual({ n: 0, unpaired: { baseline: 1, candidate: 1 }, baseline: null, candidate: null, meanDifference: null, meanAbsoluteDifference: null, rmse: null, greatest: null })
  })

  it('booleans and whole numbers too', () => {
    const pair = compareSeries()
    pair.add([reading(1, true), reading(2, 7n)], [reading(1, false), reading(2, 9n)])
    expect(pair.result()).toMatchObject({ meanDifference: 0.5, greatest: { at: 2, difference: 2 } })
  })

  it('however the readings are cut into pages', () => {
    fc.assert(fc.property(series, series, fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 6 }), (baseline, candidate, cuts) => {
      const [whole, paged] = [compareSeries(), compareSeries()]
      whole.add(baseline, candidate)
      const ends = [...cuts.toSorted((a, b) => a - b), Infinity]
      for (const [i, end] of ends.entries()) {
        const own = ({ at }: Reading): boolean => at <= end && at > (ends[i - 1] ?? -1)
        paged.add(baseline.filter(own), candidate.filter(own))
      }
      expect(paged.result()).toEqual(whole.result())
    }))
  })

  it('and the other way round differs in sign alone', () => {
    fc.assert(fc.property(series, series, (baseline, candidate) => {
      const [one, other] = [compareSeries(), compareSeries()]
      one.add(baseline, candidate)
      other.add(candidate, baseline)
      const [there, back] = [one.result(), other.result()]
      expect(back.n).toBe(there.n)
      expect(back.rmse).toBe(there.rmse)
      expect(back.unpaired).toEqual({ baseline: there.unpaired.candidate, candidate: there.unpaired.baseline })
      expect(0 - (back.meanDifference ?? 0)).toBeCloseTo(there.meanDifference ?? 0, 9)
      expect(there.n + there.unpaired.baseline).toBe(baseline.length)
      expect(there.n + there.unpaired.candidate).toBe(candidate.length)
    }))
  })
})

describe('KPIs are compared in pairs', () => {
  it('of one pair of runs there is a difference, but no interval', () => {
    const pairs = compareKpis()
    pairs.add({ energy: 10, leak: 0, old: 1 }, { energy: 15, leak: 2, new: 1 })
    expect(pairs.result()).toEqual({
      kpis: [
        { name: 'energy', n: 1, baseline: 10, candidate: 15, difference: 5, relative: 0.5, standardError: null, interval95: null },
        { name: 'leak', n: 1, baseline: 0, candidate: 2, difference: 2, relative: null, standardError: null, interval95: null },
      ],
      unpairedKpis: { baseline: ['old'], candidate: ['new'] },
    })
  })

  it('names of KPIs that objects have by themselves are names like others', () => {
    const pairs = compareKpis()
    pairs.add({ constructor: 1 }, {})
    expect(pairs.result()).toEqual({ kpis: [], unpairedKpis: { baseline: ['constructor'], candidate: [] } })
  })

  it('of pairs that vary together the interval covers the true difference about as often as it says, and is narrower than by the runs alone', () => {
    let covered = 0
    for (let seed = 1; seed <= 500; seed++) {
      const random = noise(seed)
      const pairs = compareKpis()
      for (let i = 0; i < 12; i++) {
        const common = 50 * random()
        pairs.add({ energy: 100 + common + random() }, { energy: 103 + common + random() })
      }
      const [energy] = pairs.result().kpis
      const [low, high] = energy?.interval95 ?? [NaN, NaN]
      if (low <= 3 && high >= 3) covered++
      expect(high - low).toBeLessThan(10)
    }
    expect(covered / 500).toBeGreaterThan(0.92)
    expect(covered / 500).toBeLessThan(0.98)
  })

  it('spreads of several add up to the spread of all', () => {
    fc.assert(fc.property(fc.array(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 5 }), (parts) => {
      const of = (values: readonly number[]) => {
        const moments = createMoments()
        for (const value of values) moments.add(value)
        return moments
      }
      const all = of(parts.flat())
      expect(pooledDeviation(parts.map(of))).toBeCloseTo(Math.sqrt(all.squares / all.n), 6)
    }))
  })
})
