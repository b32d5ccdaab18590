import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseStep, gridUntil, mostHistory, mostSteps, usualInterval } from '../../../src/prediction/forecast/grid.ts'
import { clockSeasons, shownSeason } from '../../../src/prediction/forecast/seasons.ts'
import { seasonalSeries } from './seasonal-series.ts'

const [second, minute, hour, day] = [1e6, 6e7, 3.6e9, 8.64e10]
const length = fc.integer({ min: 1, max: 1e15 })

describe('The grid of a forecast', () => {
  it.each([
    ['hours a week ahead', { interval: hour, horizon: 7 * day, span: 365 * day }, hour], ['hours a day ahead, for a month', { interval: hour, horizon: day, span: 30 * day }, hour],
    ['minutes a day ahead', { interval: minute, horizon: day, span: 365 * day }, hour / 2], ['minutes ten minutes ahead', { interval: minute, horizon: 10 * minute, span: 365 * day }, minute],
    ['seconds an hour ahead', { interval: second, horizon: hour, span: 365 * day }, 2 * minute], ['seconds an hour ahead, of a young series', { interval: second, horizon: hour, span: hour }, 30 * second],
    ['days a month ahead', { interval: day, horizon: 30 * day, span: 900 * day }, day], ['every seven minutes six hours ahead', { interval: 7 * minute, horizon: 6 * hour, span: 90 * day }, 10 * minute],
  ])('has steps that suit %s', (_, given, every) => { expect(chooseStep(given)).toBe(every) })

  it('is never finer than readings come, and never of more steps than are computed', () => {
    fc.assert(fc.property(length, length, length, (interval, horizon, span) => {
      const every = chooseStep({ interval, horizon, span })
      expect([every >= 0.95 * interval, Math.ceil(horizon / every) <= mostSteps]).toEqual([true, true])
    }))
  })

  it('ends with the last step that no further reading will fall into', () => {
    const at = 100 * day
    expect(gridUntil(at + 17 * minute, minute, hour)).toEqual({ from: at - mostHistory * hour, to: at, every: hour })
    expect(gridUntil(at + 59 * minute, minute, hour).to).toBe(at + hour)
    expect(gridUntil(at, hour, hour).to).toBe(at + hour)
    expect(gridUntil(at + 58 * minute + 40 * second, minute, hour).to).toBe(at)
  })

  it('takes for usual what half of the readings keep', () => {
    expect(usualInterval([0, 10, 20, 30, 1_000, 1_010])).toBe(10)
    expect([usualInterval([]), usualInterval([5])]).toEqual([undefined, undefined])
  })

  it('knows the seasons of the clock that the history has three of', () => {
    expect([clockSeasons(hour, 1_500), clockSeasons(hour, 400), clockSeasons(hour, 71), clockSeasons(day, 1_500), clockSeasons(7 * minute, 1_500)]).toEqual([[24, 168], [24], [], [7], []])
  })

  it('sees a season that no clock has, and none where there is none', () => {
    const tide = Float64Array.from({ length: 600 }, (_, at) => Math.sin((at / 37) * 2 * Math.PI) + 0.1 * Math.sin(at * at))
    expect(shownSeason(tide, [24])).toBe(37)
    expect(shownSeason(seasonalSeries('steady', 600, 1), [24, 168])).toBeUndefined()
    expect(shownSeason(new Float64Array(600).fill(1), [])).toBeUndefined()
  })
})
