import { formatDuration } from '../../telemetry/duration.ts'
import { formatInstant } from '../../telemetry/instant.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import { fewestFor } from '../conformal/quantile.ts'
import { countErrors } from './backtest.ts'
import type { ComputedBand, ComputedForecast } from './compute-forecast.ts'
import type { Backtest, Forecast, ForecastMethod } from './forecast.ts'
import type { Mixture, NamedMethod } from './methods.ts'
import type { Place } from './read-history.ts'

/** What a forecast is put together from. */
export interface MadeForecast {
  readonly forecast: ComputedForecast
  readonly band: ComputedBand
  /** Where the first step begins, how many steps there are, and how many of them have readings. */
  readonly history: { readonly from: Microseconds; readonly length: number; readonly count: number }
  readonly place: Place
  readonly until: Microseconds
  readonly isCached: boolean
}

/** So many intervals without a reading are silence. */
const silent = 5

export function toForecast(made: MadeForecast): Forecast {
  const { forecast, band, history: { from, length, count }, place: { grid: { every } }, isCached } = made
  const to = from + length * every
  return {
    points: [...forecast.points].map((value, step) => ({ at: to + step * every, value, lower: finite(band.lower[step]), upper: finite(band.upper[step]) })),
    level: band.level, every, isCached, problem: undefined,
    method: { name: nameOf(forecast.mixture), predictor: undefined, seasons: forecast.seasons.map((steps) => steps * every), why: whyChosen(forecast, every) },
    backtest: toBacktest(forecast, band, from, every),
    trainedOn: { from, to, count },
    warnings: warningsOf(made, to),
  }
}

const finite = (number: number | undefined): number | undefined => (number !== undefined && Number.isFinite(number) ? number : undefined)

export const withoutForecast = (level: number, problem: string): Forecast =>
  ({ points: [], level, method: undefined, backtest: undefined, every: undefined, trainedOn: undefined, isCached: false, problem, warnings: [] })

function toBacktest({ scale, meanError, rootError, errors: { origins: all, steps, values }, checkedFrom }: ComputedForecast, { coverage }: ComputedBand, from: Microseconds, every: Microseconds): Backtest | undefined {
  const start = checkedFrom < all.length ? checkedFrom : 0
  const checked = all.filter((_, row) => row >= start && values.subarray(row * steps, (row + 1) * steps).some((error) => !Number.isNaN(error)))
  const [first, last] = [checked[0], checked.at(-1)]
  if (first === undefined || last === undefined || Number.isNaN(meanError)) return undefined
  return {
    mase: scale === 0 ? undefined : meanError / scale, rmse: rootError, mae: meanError, coverage: coverage?.share, meanWidth: coverage?.meanWidth,
    origins: checked.length, from: from + first * every, to: from + (last + steps) * every,
  }
}

function whyChosen({ mixture, compared, meanError }: ComputedForecast, every: Microseconds): string {
  const describe = ({ name, seasons }: NamedMethod): string => `${name}${seasons.length === 0 ? '' : ` with a season of ${seasons.map((steps) => formatDuration(steps * every)).join(' and ')}`}`
  const all = (some: Mixture): string => some.map(({ of, weight }) => (some.length === 1 ? describe(of) : `${Math.round(100 * weight)} % ${describe(of)}`)).join(', ')
  const [first, naive] = [compared[0], compared.find(({ mixture: [only, ...more] }) => more.length === 0 && only?.of.name === 'SEASONAL_NAIVE') ?? compared.find(({ mixture: [only] }) => only?.of.name === 'LAST_VALUE')]
  if (!first || meanError === 0) return `${all(mixture)}: nothing was ever other than it says, and nothing simpler says the same.`
  const against = !naive || Number.isNaN(first.mase) ? '' : `: a MASE of ${first.mase.toFixed(2)}, against ${naive.mase.toFixed(2)} of ${all(naive.mixture)}`
  const found = `Of ${compared.length} methods ${all(first.mixture)} erred least when forecasting the past${against}.`
  return all(mixture) === all(first.mixture) ? found : `${found} It is mixed with those that did about as well: ${all(mixture)}.`
}

const nameOf = ([only, ...more]: Mixture): ForecastMethod['name'] => (only && more.length === 0 ? only.of.name : 'COMBINATION')

function warningsOf({ forecast, band, history: { length, count }, place: { latest, interval }, until }: MadeForecast, to: Microseconds): readonly string[] {
  const { origins, steps, values } = forecast.errors
  const known = countErrors(forecast.errors) / Math.max(1, values.length)
  const independent = Math.floor((origins.length === 0 ? 0 : known * ((origins.at(-1) ?? 0) - (origins[0] ?? 0) + 1)) / steps) + 1
  const without = band.upper.reduce((count, bound) => (Number.isNaN(bound) ? count + 1 : count), 0)
  return [
    ...(until - latest > silent * interval ? [`The last reading is ${formatDuration(until - latest)} older than the instant that is asked from. The forecast begins where the readings end, at ${formatInstant(to)}.`] : []),
    ...(!band.coverage ? ['The history is too short to check the band, or has too few readings, on times that had no part in making it: `coverage` is null.'] : []),
    ...(independent < fewestFor(band.level) ? [`The history holds ${independent} times as long as the horizon behind what was learned from; a band that holds ${band.level} of the truths that far ahead takes ${fewestFor(band.level)}. Its far end may be too narrow.`] : []),
    ...(without > 0 ? [`${without} of the ${steps} steps have no band: no reading is known so far ahead of what could be learned from.`] : []),
    ...(count < 0.8 * length ? [`${length - count} of the ${length} steps of the history have no reading.`] : []),
  ]
}
