import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distanceProbability, exactProbability, greatestDistance, kolmogorovTail, limitProbability } from '../../../src/prediction/drift/kolmogorov-smirnov.ts'
import { advance, excursionOf, type PageHinkley, resetPageHinkley, startPageHinkley } from '../../../src/prediction/drift/page-hinkley.ts'
import { expectedIndex, stabilityIndex } from '../../../src/prediction/drift/psi.ts'
import { cellOf, createReferenceCells, type ReferenceCells } from '../../../src/prediction/drift/reference-cells.ts'
import { addTo, createTally, merge, type Tally } from '../../../src/prediction/drift/tally.ts'

const tallyOf = (reference: ReferenceCells, numbers: Iterable<number>): Tally => {
  const tally = createTally(reference)
  for (const number of numbers) addTo(tally, reference, number)
  return tally
}
const upwards = (sample: readonly number[]): readonly number[] => sample.toSorted((a, b) => a - b)
const cellsOf = (sample: readonly number[]): ReferenceCells => createReferenceCells(upwards(sample))
/** Numbers with many ties. */
const numbers = fc.array(fc.integer({ min: -8, max: 8 }).map((value) => value / 2), { minLength: 2, maxLength: 60 })
/** mulberry32: what is drawn is the same wherever the test runs. */
function drawing(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
const normals = (draw: () => number, count: number): readonly number[] => Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw()))

describe('numbers counted by the cells of a reference', () => {
  it('lie at a value of the sample, or between two', () => {
    const cells = createReferenceCells([1, 2, 2, 5])
    expect([0, 1, 1.5, 2, 4, 5, 6].map((number) => cellOf(cells, number))).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(cells).toMatchObject({ size: 4, cells: 7, mean: 2.5, deviation: Math.sqrt(3) })
    expect([...cells.upTo]).toEqual([1, 3, 4])
  })

  it('are counted alike at once and in parts, and missing ones not at all', () => {
    fc.assert(fc.property(numbers, numbers, numbers, (sample, some, others) => {
      const cells = cellsOf(sample)
      expect(merge([tallyOf(cells, [...some, NaN]), tallyOf(cells, others)], cells)).toEqual(tallyOf(cells, [...some, ...others]))
    }))
  })
})

describe('the Kolmogorov-Smirnov distance', () => {
  it('is the greatest difference of the two distributions at any number', () => {
    const share = (of: readonly number[], isBelow: (value: number) => boolean): number => of.filter(isBelow).length / of.length
    fc.assert(fc.property(numbers, numbers, (sample, live) => {
      const all = [...sample, ...live].map((at) => Math.abs(share(sample, (value) => value <= at) - share(live, (value) => value <= at)))
      const cells = cellsOf(sample)
      expect(greatestDistance(cells, tallyOf(cells, live))).toBeCloseTo(Math.max(...all), 12)
    }))
  })

  it('is as improbable as SciPy 1.17.1 says', () => {
    // result = scipy.stats.ks_2samp(range(n), [i + shift for i in range(m)], method='exact'); result.statistic, result.pvalue
    for (const [n, m, distance, expected] of exactFigures) expect(exactProbability(distance, n, m), `${n} × ${m}`).toBeCloseTo(expected, 10)
    // scipy.special.kolmogorov(x)
    for (const [at, expected] of tailFigures) expect(Math.abs(kolmogorovTail(at) / expected - 1), String(at)).toBeLessThan(1e-9)
  })

  it('is as improbable by the limit as by counting, where there are many pairs', () => {
    for (const [n, m] of [[100, 101], [300, 400], [1_000, 250]] as const) {
      for (const scaled of [0.6, 1, 1.36, 1.63]) {
        const distance = Math.ceil(scaled * Math.sqrt((n + m) / (n * m)) * n * m) / (n * m)
        expect(Math.abs(limitProbability(distance, n, m) - exactProbability(distance, n, m))).toBeLessThan(0.03)
      }
    }
    expect(distanceProbability(0, 5, 5)).toBe(1)
    expect(distanceProbability(1, 5, 5)).toBeCloseTo(2 / 252, 12) // two of the paths through C(10, 5)
  })
})

describe('the population stability index', () => {
  it('is what its formula says of four equal bins', () => {
    const sample = Array.from({ length: 100 }, (_, at) => at)
    const cells = createReferenceCells(sample)
    const live = [...Array.from({ length: 40 }, () => -5), ...Array.from({ length: 10 }, () => 75)]
    const expected = [40.5, 0.5, 0.5, 10.5].reduce((sum, count) => sum + (count / 52 - 0.25) * Math.log(count / 52 / 0.25), 0)
    expect(stabilityIndex(cells, tallyOf(cells, live))).toMatchObject({ bins: 4, psi: expect.closeTo(expected, 12), expected: 3 * (1 / 50 + 1 / 100) })
  })

  it('is nothing of the sample itself, and never less', () => {
    fc.assert(fc.property(numbers, numbers, (sample, live) => {
      const cells = cellsOf(sample)
      expect(stabilityIndex(cells, tallyOf(cells, sample))).toMatchObject({ psi: expect.closeTo(0, 12), excess: 0 })
      expect(stabilityIndex(cells, tallyOf(cells, live)).psi).toBeGreaterThanOrEqual(-1e-12)
    }))
  })

  it('sees that what was constant is so no more', () => {
    const cells = createReferenceCells(Array.from({ length: 50 }, () => 3))
    const { psi } = stabilityIndex(cells, tallyOf(cells, Array.from({ length: 200 }, () => 3)))
    expect(psi).toBeLessThan(0.1)
    for (const other of [2.9, 3.1]) expect(stabilityIndex(cells, tallyOf(cells, Array.from({ length: 200 }, () => other))).excess).toBeGreaterThan(1)
  })

  it('comes by chance alone to what is taken off', () => {
    const draw = drawing(7)
    const rounds = 400
    for (const [n, m, bins] of [[200, 1_000, 10], [250, 100, 4], [1_000, 1_000, 10]] as const) {
      const found = Array.from({ length: rounds }, () => {
        const cells = cellsOf(normals(draw, m))
        return stabilityIndex(cells, tallyOf(cells, normals(draw, n)))
      })
      const mean = found.reduce((sum, { psi }) => sum + psi / rounds, 0)
      expect(Math.abs(mean / expectedIndex(bins, n, m) - 1), `${n} of ${m}`).toBeLessThan(0.15)
      expect(found.filter(({ excess }) => excess >= 0.25)).toEqual([])
    }
  })

  it('passes a quarter when the mean has moved by one and a half deviations', () => {
    const draw = drawing(11)
    const cells = cellsOf(normals(draw, 1_000))
    expect(stabilityIndex(cells, tallyOf(cells, normals(draw, 250).map((value) => value + 1.5))).excess).toBeGreaterThan(0.25)
  })
})

describe('the Page-Hinkley test', () => {
  const run = (values: readonly number[], from: PageHinkley = startPageHinkley(), tolerance = 0.1): PageHinkley => values.reduce((state, value) => advance(state, value, tolerance), from)

  it('sums what lies beyond a known mean, less the tolerance', () => {
    // a mean of so many numbers that ten more do not move it
    const known = startPageHinkley(5, 1e15)
    expect(excursionOf(run(Array.from({ length: 10 }, () => 6), known))).toBeCloseTo(10 * 0.9, 9)
    expect(excursionOf(run(Array.from({ length: 10 }, () => 3), known))).toBeCloseTo(10 * 1.9, 9)
    expect(excursionOf(run(Array.from({ length: 100 }, () => 5.1), known))).toBeCloseTo(0, 9)
  })

  it('goes on from what was kept of it, and starts anew when it is reset', () => {
    fc.assert(fc.property(numbers, numbers, (some, others) => {
      const kept = JSON.parse(JSON.stringify(run(some))) as PageHinkley
      expect(run(others, kept)).toEqual(run([...some, ...others]))
      expect(excursionOf(resetPageHinkley(run(some)))).toBe(0)
    }))
  })

  it('is as great whether numbers come one by one or by their mean, while they all lie to one side', () => {
    const known = startPageHinkley(0, 1e15)
    expect(excursionOf(advance(known, 2, 0.1, 3))).toBeCloseTo(excursionOf(run([1, 2, 3], known)), 9)
  })

  it('stays low on what is only noise, and rises with a shift', () => {
    const draw = drawing(3)
    const noise = run(normals(draw, 2_000), startPageHinkley(0, 1_000), 0.25)
    expect(excursionOf(noise)).toBeLessThan(30)
    expect(excursionOf(run(normals(draw, 200).map((value) => value + 1), noise, 0.25))).toBeGreaterThan(60)
  })
})

const exactFigures: readonly (readonly [number, number, number, number])[] = [
  [5, 5, 0.4, 0.873015873015873], [10, 7, 0.3, 0.7533422459893047], [20, 30, 20 / 30, 1.622329255244424e-5], [50, 50, 0.26, 0.06779471096995852],
  [100, 100, 0.15, 0.21117008625127576], [100, 40, 0.4, 0.0001408340372346073], [37, 91, 66 / 91, 4.957983043268206e-14],
]

const tailFigures: readonly (readonly [number, number])[] = [
  [0.3, 0.9999906941986655], [0.5, 0.9639452436648751], [0.8, 0.5441424115741981], [0.99, 0.2808738392255489], [1, 0.26999967167735456],
  [1.2, 0.11224966667072497], [1.36, 0.049485876755377876], [1.63, 0.009846364888486529], [2, 0.0006709252557796953], [3, 3.045995948942526e-8],
]
