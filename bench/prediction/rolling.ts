import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { forecastWith } from '../../src/adapters/augurs/wasm-models.ts'
import { computeBand, computeForecast } from '../../src/prediction/forecast/compute-forecast.ts'
import { clockSeasons } from '../../src/prediction/forecast/seasons.ts'

const shared = new URL('../../../shared/data/', import.meta.url)
const [taxi, scada] = [new URL('ml/nab/realKnownCause/nyc_taxi.csv', shared), new URL('water/batadal/BATADAL_dataset03.csv.gz', shared)]
export const hasSeries = existsSync(taxi) && existsSync(scada)

const hour = 3_600_000_000
const history = 1_500

export interface PublicSeries {
  readonly name: string
  readonly values: Float64Array
  readonly every: number
  /** A day. */
  readonly steps: number
}

/** Taxi passengers of New York by the half hour (Numenta Anomaly Benchmark, MIT), and what C-Town's sensors said in its clean year (BATADAL, CC BY 4.0). */
export function readSeries(): readonly PublicSeries[] {
  const passengers = readFileSync(taxi, 'utf8').trim().split('\n').slice(1).map((line) => Number(line.split(',')[1]))
  const [header = [], ...rows] = gunzipSync(readFileSync(scada)).toString().trim().split('\n').map((line) => line.trim().split(','))
  const column = (name: string): Float64Array => Float64Array.from(rows, (row) => Number(row[header.indexOf(name)]))
  return [
    { name: 'NAB nyc_taxi', values: Float64Array.from(passengers), every: hour / 2, steps: 48 },
    ...['F_PU1', 'F_PU2', 'F_PU4', 'F_PU7', 'F_PU8', 'F_PU10', 'F_V2', 'L_T1', 'L_T3', 'L_T7', 'P_J280'].map((name) => ({ name: `BATADAL ${name}`, values: column(name), every: hour, steps: 24 })),
  ]
}

export interface Rolling {
  readonly origins: number
  /** Share of the truths in the band, by level, and what the backtests said beforehand. */
  readonly coverage: ReadonlyMap<number, { readonly empirical: number; readonly reported: number; readonly width: number }>
  /** Mean absolute errors. */
  readonly error: number
  readonly naive: { readonly day: number; readonly week: number }
  /** On every fourth origin, with this error of our own on the same: fitting it takes long. */
  readonly mstl: { readonly error: number; readonly own: number; readonly ms: number }
  readonly ms: number
}

/** Forecasts of a day from origins all over the series, each from the 1,500 values before it. */
export function roll({ values, every, steps }: PublicSeries, by: number, levels: readonly number[]): Rolling {
  const tally = new Map(levels.map((level) => [level, { inside: 0, reported: 0, told: 0, width: 0 }]))
  let [origins, count, error, day, week, ms, compared, mstl, own, mstlMs] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  const errorOf = (from: number, expected: (step: number) => number): number => Array.from({ length: steps }, (_, step) => Math.abs((values[from + step] ?? NaN) - expected(step))).reduce((sum, one) => sum + one, 0)
  for (let origin = history; origin + steps <= values.length; origin += by) {
    const known = values.slice(origin - history, origin)
    const seasons = clockSeasons(every, history)
    const begun = performance.now()
    const forecast = computeForecast({ values: known, steps, seasons })
    if (!forecast) throw new Error(`Too little is known of the values before ${origin} to forecast from them.`)
    const bands = levels.map((level) => computeBand(forecast, level))
    ms += performance.now() - begun
    for (const { level, lower, upper, coverage } of bands) {
      const of = tally.get(level)
      if (!of) continue
      if (coverage) [of.reported, of.told] = [of.reported + coverage.share, of.told + 1]
      for (let step = 0; step < steps; step++) {
        const [truth, least, most] = [values[origin + step] ?? NaN, lower[step] ?? NaN, upper[step] ?? NaN]
        of.width += most - least
        if (truth >= least && truth <= most) of.inside++
      }
    }
    const mine = errorOf(origin, (step) => forecast.points[step] ?? NaN)
    if (origins % 4 === 0) {
      const start = performance.now()
      const answer = forecastWith({ values: known, seasons, horizon: steps, level: 0.9 })
      mstlMs += performance.now() - start
      if ('rows' in answer) [mstl, own, compared] = [mstl + errorOf(origin, (step) => answer.rows[0]?.[step] ?? NaN), own + mine, compared + 1]
    }
    const [ofDay, ofWeek] = [24 * hour / every, 168 * hour / every]
    error += mine
    day += errorOf(origin, (step) => values[origin + step - ofDay] ?? NaN)
    week += errorOf(origin, (step) => values[origin + step - ofWeek] ?? NaN)
    count += steps
    origins++
  }
  return {
    origins, error: error / count, naive: { day: day / count, week: week / count }, ms: ms / origins, mstl: { error: mstl / (compared * steps), own: own / (compared * steps), ms: mstlMs / Math.ceil(origins / 4) },
    coverage: new Map([...tally].map(([level, { inside, reported, told, width }]) => [level, { empirical: inside / count, reported: reported / told, width: width / count }])),
  }
}
