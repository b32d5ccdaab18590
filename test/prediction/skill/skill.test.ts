import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestReadings } from '../../../src/prediction/skill/nearest-readings.ts'
import { addSums, noOutcome, type Outcome, sumOutcomes, toSkill } from '../../../src/prediction/skill/skill.ts'

const number = fc.integer({ min: -1_000, max: 1_000 }).map((value) => value / 8)
const outcome: fc.Arbitrary<Outcome> = fc.record({
  predicted: number, measured: number, bounds: fc.option(fc.tuple(number, number).map(([one, other]) => ({ lower: Math.min(one, other), upper: Math.max(one, other) })), { nil: undefined }),
})
const outcomes = fc.array(outcome, { maxLength: 30 })

describe('the skill of predictions', () => {
  it('is what its definitions say of a few outcomes', () => {
    const sums = sumOutcomes([
      { predicted: 3, measured: 1, bounds: { lower: 1, upper: 5 } }, { predicted: 0, measured: 4, bounds: { lower: -1, upper: 1 } }, { predicted: 2, measured: 2, bounds: undefined },
    ])
    expect(toSkill(sums, 0.8)).toEqual({ count: 3, mae: 2, rmse: Math.sqrt(20 / 3), bias: -2 / 3, coverage: 0.5, width: 3, intervalScore: expect.closeTo((4 + 2 + 10 * 3) / 2, 12) as number })
    expect(toSkill(sums, undefined).intervalScore).toBeNull()
    expect(toSkill(noOutcome, 0.9)).toEqual({ count: 0, mae: null, rmse: null, bias: null, coverage: null, width: null, intervalScore: null })
  })

  it('adds up over series', () => {
    fc.assert(fc.property(outcomes, outcomes, (some, others) => {
      const [apart, together] = [addSums(sumOutcomes(some), sumOutcomes(others)), sumOutcomes([...some, ...others])]
      for (const [name, sum] of Object.entries(together)) expect(apart[name as keyof typeof apart]).toBeCloseTo(sum, 6)
    }))
  })

  it('has an interval score that is the pinball losses of both bounds', () => {
    const pinball = (quantile: number, bound: number, measured: number): number => Math.max(quantile * (measured - bound), (quantile - 1) * (measured - bound))
    fc.assert(fc.property(outcome, fc.constantFrom(0.5, 0.8, 0.9, 0.95), (each, level) => {
      if (!each.bounds) return
      const losses = pinball((1 - level) / 2, each.bounds.lower, each.measured) + pinball((1 + level) / 2, each.bounds.upper, each.measured)
      expect(toSkill(sumOutcomes([each]), level).intervalScore).toBeCloseTo((2 / (1 - level)) * losses, 6)
    }))
  })
})

describe('what was measured at an instant', () => {
  const instants = fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { maxLength: 20 }).map((all) => all.toSorted((a, b) => a - b))

  it('is the nearest reading, the earlier of two, at most so far away', () => {
    fc.assert(fc.property(instants, instants, fc.nat(20), (asked, measured, within) => {
      const found = nearestReadings(asked, measured.map((at) => ({ at })), within)
      const expected = asked.map((at) => measured.filter((each) => Math.abs(each - at) <= within).toSorted((one, other) => Math.abs(one - at) - Math.abs(other - at) || one - other)[0])
      expect(found.map((reading) => reading?.at)).toEqual(expected)
    }))
  })
})
