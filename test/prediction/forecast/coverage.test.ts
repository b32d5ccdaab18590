import { describe, expect, it } from 'vitest'
import { computeBand, computeForecast as compute, type ComputedForecast, type ForecastTask } from '../../../src/prediction/forecast/compute-forecast.ts'
import { clockSeasons } from '../../../src/prediction/forecast/seasons.ts'
import { noise } from './noise.ts'
import { type SeasonalKind, seasonalSeries } from './seasonal-series.ts'

const hour = 3_600_000_000
const ahead = 24

function computeForecast(task: ForecastTask): ComputedForecast {
  const found = compute(task)
  if (!found) throw new Error('There is no forecast.')
  return found
}

/** Over many series, each forecast once: how often what came lay in the band, and how often the backtests say that it would. */
function coverageOf(kind: SeasonalKind, { series, length, level }: { readonly series: number; readonly length: number; readonly level: number }) {
  let [inside, checked, reported, errors, naive] = [0, 0, 0, 0, 0]
  for (let seed = 1; seed <= series; seed++) {
    const values = seasonalSeries(kind, length + ahead, seed)
    const forecast = computeForecast({ values: values.slice(0, length), steps: ahead, seasons: clockSeasons(hour, length) })
    const { lower, upper, coverage } = computeBand(forecast, level)
    reported += (coverage?.share ?? NaN) / series
    for (const [step, truth] of values.subarray(length).entries()) {
      checked++
      if (truth >= (lower[step] ?? NaN) && truth <= (upper[step] ?? NaN)) inside++
      errors += Math.abs(truth - (forecast.points[step] ?? NaN))
      naive += Math.abs(truth - (values[length + step - 24] ?? NaN))
    }
  }
  return { empirical: inside / checked, reported, againstNaive: errors / naive }
}

describe('The band of a forecast', () => {
  it.each<[SeasonalKind, number]>([['steady', 0.9], ['steady', 0.8], ['persistent', 0.9], ['uneven', 0.9], ['gaps', 0.8], ['drifting', 0.9]])('holds as many of the truths to come as its level says, within three points, and its backtest knew: %s, %d', (kind, level) => {
    const { empirical, reported, againstNaive } = coverageOf(kind, { series: 120, length: 800, level })
    expect(Math.abs(empirical - level), `${empirical}`).toBeLessThan(0.03)
    expect(Math.abs(reported - level), `${reported}`).toBeLessThan(0.03)
    expect(againstNaive).toBeLessThan(0.95)
  }, 120_000)

  it('is wide by day and narrow by night where days are noisy and nights quiet', () => {
    const values = seasonalSeries('uneven', 1_200, 3)
    const forecast = computeForecast({ values, steps: ahead, seasons: clockSeasons(hour, 1_200) })
    const { lower, upper } = computeBand(forecast, 0.9)
    const widths = [...upper].map((top, step) => top - (lower[step] ?? 0))
    expect(Math.max(...widths) / Math.min(...widths)).toBeGreaterThan(2)
  })

  it('does not reach below zero where nothing ever was', () => {
    const values = seasonalSeries('steady', 600, 4).map((value) => Math.max(0, value - 18))
    const forecast = computeForecast({ values, steps: ahead, seasons: [24] })
    const { lower, upper } = computeBand(forecast, 0.95)
    expect([Math.min(...forecast.points) >= 0, Math.min(...lower), Math.max(...upper) > 0]).toEqual([true, 0, true])
  })

  it('and what it was chosen by are made of what is known alone, where readings were missing for long', () => {
    const next = noise(5)
    for (const [from, to] of [[58, 99], [60, 112], [10, 60], [61, 61]] as const) {
      const values = Float64Array.from({ length: 120 }, (_, at) => (at >= from && at <= to ? NaN : 20 + next()))
      const forecast = computeForecast({ values, steps: 6, seasons: [] })
      const { lower, upper, coverage } = computeBand(forecast, 0.9)
      expect(forecast.compared.map(({ mase }) => mase).filter((mase) => !(mase > 0)), `${from} to ${to}`).toEqual([])
      expect([...lower, ...upper, forecast.meanError, forecast.rootError].every(Number.isFinite), `${from} to ${to}`).toBe(true)
      if (coverage) expect([coverage.share > 0.75, coverage.meanWidth > 0]).toEqual([true, true])
    }
  })

  it('is not made where nothing is known behind what was learned from', () => {
    expect(compute({ values: Float64Array.from({ length: 120 }, (_, at) => (at >= 50 && at < 119 ? NaN : at % 7)), steps: 6, seasons: [] })).toBeUndefined()
  })

  it('has no width where nothing ever changed', () => {
    const forecast = computeForecast({ values: new Float64Array(200).fill(4.25), steps: 12, seasons: [24] })
    const { lower, upper, coverage } = computeBand(forecast, 0.9)
    expect([[...forecast.points], [...lower], [...upper], coverage?.share, forecast.mixture[0]?.of.name]).toEqual([...Array.from({ length: 3 }, () => new Array(12).fill(4.25)), 1, 'LAST_VALUE'])
  })
})
