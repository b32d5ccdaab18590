import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conformalQuantile, fewestFor } from '../../../src/prediction/conformal/quantile.ts'
import { planBacktest } from '../../../src/prediction/forecast/backtest.ts'
import { fillGaps } from '../../../src/prediction/forecast/gaps.ts'
import { methodsOf, mixed, toMethod } from '../../../src/prediction/forecast/methods.ts'
import { scoreSteps } from '../../../src/prediction/forecast/score-steps.ts'
import { randomOf } from './noise.ts'
import { seasonalSeries } from './seasonal-series.ts'

const series = fc.record({ seed: fc.nat(1e6), length: fc.integer({ min: 80, max: 300 }), share: fc.double({ min: 0.5, max: 1, noNaN: true }), ahead: fc.integer({ min: 1, max: 30 }) })

describe('A forecast of the past', () => {
  it('reads nothing that came after its origin, by whichever method, however it has got there', () => {
    fc.assert(fc.property(series, ({ seed, length, share, ahead }) => {
      const values = seasonalSeries('persistent', length, seed)
      const origin = Math.floor(length * share)
      const other = values.map((value, at) => (at < origin ? value : 1e6 * at))
      for (const method of [...methodsOf([6, 24]).map(toMethod), mixed([{ of: { name: 'SMOOTHING', seasons: [24] }, weight: 0.25 }, { of: { name: 'AUTOREGRESSION', seasons: [] }, weight: 0.75 }])]) {
        const [one, two] = [method.fit(values, Math.floor(origin / 2)), method.fit(other, Math.floor(origin / 2))]
        if (!one || !two) continue
        const [expected, found] = [new Float64Array(ahead), new Float64Array(ahead)]
        one.predict(values, origin, expected)
        for (const before of [Math.floor(origin * 0.7), length, Math.floor(origin * 0.9)]) two.predict(other, before, found)
        two.predict(other, origin, found)
        expect(found, method.name).toEqual(expected)
      }
    }), { numRuns: 60 })
  })

  it('fills gaps with nothing that came after them', () => {
    fc.assert(fc.property(fc.array(fc.option(fc.integer(), { nil: NaN }), { minLength: 1, maxLength: 60 }), fc.nat(60), fc.array(fc.integer({ min: 2, max: 10 }), { maxLength: 2 }), (rest, cut, seasons) => {
      const values = Float64Array.from([1, ...rest])
      const end = Math.min(cut, values.length)
      expect(fillGaps(values, seasons).slice(0, end)).toEqual(fillGaps(values.slice(0, end), seasons))
      expect(fillGaps(values, seasons).some(Number.isNaN)).toBe(false)
    }))
  })

  it('is checked only where no truth that chose its method lies behind the origin', () => {
    fc.assert(fc.property(fc.integer({ min: 40, max: 1_500 }), fc.integer({ min: 1, max: 60 }), fc.array(fc.integer({ min: 2, max: 200 }), { maxLength: 2 }), (count, steps, seasons) => {
      fc.pre(count >= steps + 17)
      const { learned, choosing, between, checked, checking } = planBacktest(count, steps, seasons)
      const all = [...choosing, ...between, ...checking]
      expect(all).toEqual(all.toSorted((one, other) => one - other))
      expect([choosing.length > 0, all.at(-1), all.length <= 161]).toEqual([true, count - steps, true])
      expect(all.every((origin) => origin >= learned && origin + steps <= count)).toBe(true)
      if (checking.length > 0) expect([choosing.every((origin) => origin + steps <= checked), checking.every((origin) => origin >= checked)]).toEqual([true, true])
    }))
  })
})

describe('How unusual a reading is', () => {
  it('does not depend on the readings after it', () => {
    fc.assert(fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 20 }), (seed, cut) => {
      const values = seasonalSeries('steady', 200, seed)
      const whole = scoreSteps({ values, seasons: [24], from: 160, level: 0.95 })
      const part = scoreSteps({ values: values.slice(0, 200 - cut), seasons: [24], from: 160, level: 0.95 })
      expect([whole.steps.length, part.steps]).toEqual([40, whole.steps.slice(0, 40 - cut)])
    }), { numRuns: 25 })
  })

  it('is not told at a level that takes more errors than there are, nor behind a time without readings', () => {
    const values = seasonalSeries('steady', 120, 3)
    expect(scoreSteps({ values, seasons: [24], from: 110, level: 0.99 })).toEqual({ steps: [], compared: 55 })
    expect(scoreSteps({ values, seasons: [24], from: 110, level: 0.98 }).steps).toHaveLength(10)
    const silent = values.map((value, at) => (at > 40 && at < 110 ? NaN : value))
    expect(scoreSteps({ values: silent, seasons: [24], from: 110, level: 0.9 })).toEqual({ steps: [], compared: 0 })
  })

  it('is beyond 1 as rarely as the level says, and for what really is', () => {
    let [outside, judged] = [0, 0]
    for (let seed = 0; seed < 20; seed++) {
      const scored = scoreSteps({ values: seasonalSeries('persistent', 500, seed), seasons: [24, 168], from: 400, level: 0.95 }).steps
      judged += scored.length
      outside += scored.filter(({ score }) => Math.abs(score) > 1).length
    }
    expect(Math.abs(outside / judged - 0.05)).toBeLessThan(0.02)
    const strange = seasonalSeries('steady', 500, 9).map((value, at) => (at === 450 ? value - 15 : value))
    const found = scoreSteps({ values: strange, seasons: [24], from: 400, level: 0.99 }).steps.toSorted((one, other) => one.score - other.score)[0]
    expect(found).toMatchObject({ step: 450 })
    expect([(found?.score ?? 0) < -2, (found?.pValue ?? 1) < 0.01]).toEqual([true, true])
  })
})

describe('A conformal quantile', () => {
  it('is the ceil((n + 1) level)-th smallest, or the greatest', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1, maxLength: 80 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (scores, level) => {
      const sorted = scores.toSorted((one, other) => one - other)
      expect(conformalQuantile(Float64Array.from(scores), level)).toBe(sorted[Math.min(scores.length, Math.ceil((scores.length + 1) * level - 1e-9)) - 1])
    }))
  })

  it('holds the next score as often as it says', () => {
    const random = randomOf(11)
    for (const level of [0.5, 0.8, 0.9, 0.95]) {
      const trials = 20_000
      let held = 0
      for (let trial = 0; trial < trials; trial++) if (random() <= conformalQuantile(Float64Array.from({ length: fewestFor(level) }, random), level)) held++
      expect(Math.abs(held / trials - level)).toBeLessThan(0.012)
    }
  })
})
