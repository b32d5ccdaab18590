import { failure } from '../../errors.ts'
import { formatDuration } from '../../telemetry/duration.ts'
import { formatInstant } from '../../telemetry/instant.ts'
import type { Microseconds, SeriesKey } from '../../telemetry/reading.ts'
import type { SeriesReads } from '../../telemetry/series-reads.ts'
import { createTurns } from '../../util/turns.ts'
import { fewestFor } from '../conformal/quantile.ts'
import { fewestValues, learnedOf } from './backtest.ts'
import type { ComputedBand, ComputedForecast } from './compute-forecast.ts'
import { eachHistory } from './each-history.ts'
import { createCache } from './forecast-cache.ts'
import type { Anomalies, AnomalyRequest, Forecast, ForecastRequest, Forecasts } from './forecast.ts'
import type { ForecastCompute, ForecastPredictor } from './forecast-service.ts'
import { countKnown } from './gaps.ts'
import { mostHistory, mostSteps } from './grid.ts'
import { methodsVersion } from './methods.ts'
import { fromPredictor } from './predictor-forecast.ts'
import { checkStep, findPlaces, type History, type Place } from './read-history.ts'
import { fewestBefore } from './score-steps.ts'
import { clockSeasons } from './seasons.ts'
import { toForecast, withoutForecast } from './to-forecast.ts'

export interface ForecastParts {
  readonly compute: ForecastCompute
  /** Of forecasts that are kept. */
  readonly cacheBytes?: number
  /** Histories that may wait to be computed; beyond them requests are OVERLOADED. */
  readonly mostWaiting?: number
  /** Histories given to `compute` at once. */
  readonly atOnce?: number
  readonly predictor?: ForecastPredictor | undefined
}

/** What the cache keeps of a series as it was, with the bands that were asked for. */
interface Kept {
  readonly forecast: ComputedForecast
  readonly history: Pick<History, 'from'> & { readonly count: number; readonly length: number }
  readonly bands: Map<number, ComputedBand>
}

/** Other levels of one forecast. */
const mostBands = 8
/** Series that are looked up in one call. */
const together = 1_000

export function createForecasts({ compute, cacheBytes = 128_000_000, mostWaiting = 20_000, atOnce = 16, predictor }: ForecastParts): Forecasts {
  const cache = createCache<Kept>(cacheBytes)
  const turns = createTurns(atOnce)
  let waiting = 0
  const computed = async <T>(task: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => await turns(async () => {
    signal?.throwIfAborted()
    return await task()
  })

  /** Or why there is none. */
  const kept = async (place: Place, { values, from }: History, steps: number, level: number, key: string, signal: AbortSignal | undefined): Promise<Kept | string> => {
    const { every } = place.grid
    const [count, length] = [countKnown(values), values.length]
    const found = await computed(() => compute.forecast({ values, steps, seasons: clockSeasons(every, length) }, level, signal), signal)
    if (!found) return `Of the newest ${length - learnedOf(length, steps)} steps of ${formatDuration(every)} of ${place.key.name} too few have readings: nothing tells how far a forecast errs. Wait for more readings, or give another \`every\`.`
    const { forecast, band } = found
    const made: Kept = { forecast, history: { from, count, length }, bands: new Map([[level, band]]) }
    cache.set(key, made, bytesOf(forecast))
    return made
  }

  const bandOf = async ({ forecast, bands }: Kept, level: number, signal: AbortSignal | undefined): Promise<ComputedBand> => {
    const known = bands.get(level)
    if (known) return known
    const band = await computed(() => compute.band(forecast, level, signal), signal)
    if (bands.size >= mostBands) bands.delete(bands.keys().next().value ?? level)
    bands.set(level, band)
    return band
  }

  const ofSome = async (reads: SeriesReads, series: readonly SeriesKey[], request: ForecastRequest, signal: AbortSignal | undefined): Promise<readonly Forecast[]> => {
    const places = await findPlaces(reads, series, request, signal)
    const present = places.flatMap((place) => place ?? [])
    const keyOf = (place: Place): string => `${methodsVersion} ${stepsOf(request, place)} ${place.fingerprint}`
    const known = new Map(present.map((place) => [place, cache.get(keyOf(place))]))
    const absent = await whyNone(reads, series, places, request.until, signal)
    const made = new Map<Place, Promise<Kept | string>>()
    await eachHistory(reads, present.filter((place) => !known.get(place)), (place, history) => {
      const steps = stepsOf(request, place)
      const problem = tooShort(history, place, steps)
      const coming = problem === undefined ? kept(place, history, steps, request.level, keyOf(place), signal) : Promise.resolve(problem)
      made.set(place, coming)
      return coming
    }, signal)
    return await Promise.all(places.map(async (place, index): Promise<Forecast> => {
      if (!place) return withoutForecast(request.level, absent.get(index) ?? '')
      const cached = known.get(place)
      const found = cached ?? await made.get(place)
      if (typeof found !== 'object') return withoutForecast(request.level, found ?? '')
      const band = await bandOf(found, request.level, signal)
      return toForecast({ forecast: found.forecast, band, history: found.history, place, until: request.until, isCached: cached !== undefined })
    }))
  }

  const score = async ({ key, grid: { every } }: Place, { values, from: begin }: History, { last, level }: AnomalyRequest, signal: AbortSignal | undefined): Promise<Anomalies> => {
    const from = values.length - Math.min(Math.ceil(last / every), values.length)
    const before = countKnown(values.subarray(0, from))
    if (before < fewestBefore) return { points: [], problem: `Before the last ${formatDuration(last)} of ${key.name} ${before} steps of ${formatDuration(every)} have readings; to say what was to be expected takes ${fewestBefore}. Ask of a shorter \`last\`, or give a shorter \`every\` if readings come more often.` }
    const { steps, compared } = await computed(() => compute.score({ values, seasons: clockSeasons(every, from), from, level }, signal), signal)
    if (compared < fewestFor(level)) return { points: [], problem: `Before the last ${formatDuration(last)} of ${key.name} ${compared} steps of ${formatDuration(every)} tell how far a usual one is from what was expected; a level of ${level} takes ${fewestFor(level)}. Ask of a ${compared < leastCompared ? '' : `level of at most ${lowerLevel(compared)}, a `}shorter \`last\`, or give a shorter \`every\` if readings come more often.` }
    return {
      problem: undefined,
      points: steps.map(({ step, value, expected, radius, score: own, pValue }) => ({ at: begin + step * every, value, expected, lower: expected - radius, upper: expected + radius, score: own, pValue, isAnomaly: Math.abs(own) > 1 })),
    }
  }

  const scored = async (reads: SeriesReads, series: readonly SeriesKey[], request: AnomalyRequest, signal: AbortSignal | undefined): Promise<readonly Anomalies[]> => {
    const places = await findPlaces(reads, series, { horizon: request.last, every: request.every, until: request.until }, signal)
    const present = places.flatMap((place) => place ?? [])
    const absent = await whyNone(reads, series, places, request.until, signal)
    const made = new Map<Place, Promise<Anomalies>>()
    await eachHistory(reads, present, (place, history) => {
      const coming = score(place, history, request, signal)
      made.set(place, coming)
      return coming
    }, signal)
    return await Promise.all(places.map(async (place, index): Promise<Anomalies> =>
      (place && await made.get(place)) ?? { points: [], problem: absent.get(index) }))
  }

  /** Some at a time. */
  const bounded = async <T>(series: readonly SeriesKey[], task: (some: readonly SeriesKey[]) => Promise<readonly T[]>): Promise<readonly T[]> => {
    if (waiting > 0 && waiting + series.length > mostWaiting) throw failure('OVERLOADED', { message: `${waiting} forecasts wait to be computed; no more are taken at the moment.` })
    waiting += series.length
    try {
      const answers: T[] = []
      for (let at = 0; at < series.length; at += together) answers.push(...await task(series.slice(at, at + together)))
      return answers
    } finally {
      waiting -= series.length
    }
  }

  return {
    async forecast(reads, series, request, signal) {
      checkLevel(request.level)
      if (request.predictor !== undefined) return await fromPredictor(predictor, request.predictor, series, request, signal)
      checkStep('horizon', request.horizon, request.every, mostSteps)
      return await bounded(series, (some) => ofSome(reads, some, request, signal))
    },
    async scoreAgainstForecast(reads, series, request, signal) {
      checkLevel(request.level)
      checkStep('last', request.last, request.every, mostHistory - fewestBefore)
      return await bounded(series, (some) => scored(reads, some, request, signal))
    },
  }
}

const stepsOf = ({ horizon }: ForecastRequest, { grid: { every } }: Place): number => Math.min(mostSteps, Math.ceil(horizon / every))

const bytesOf = ({ points, errors }: ComputedForecast): number => errors.values.byteLength + errors.origins.byteLength + 4 * points.byteLength + 4_000

function checkLevel(level: number): void {
  if (!(level >= 0.05 && level <= 0.999)) throw failure('BAD_USER_INPUT', { message: `level is from 0.05 to 0.999, not ${level}: the share of the truths that the band is to hold.` })
}

/** Of the series without a place, by their index: a sentence for a client. */
async function whyNone(reads: SeriesReads, series: readonly SeriesKey[], places: readonly (Place | undefined)[], until: Microseconds, signal: AbortSignal | undefined): Promise<ReadonlyMap<number, string>> {
  const absent = series.flatMap((key, index) => (places[index] ? [] : [{ index, key }]))
  const found = absent.length === 0 ? [] : await reads.latestBefore(absent.map(({ key }) => key), until + 1, { signal })
  return new Map(absent.map(({ index, key: { name } }, place) => [index, found[place]
    ? `There is one reading of ${name} until ${formatInstant(until)}; how often readings come takes two to tell.`
    : `There is no reading of ${name} until ${formatInstant(until)}.`]))
}

/** Errors by which a level that anybody asks for could be kept. */
const leastCompared = 4

/** The highest level, in whole hundredths, that so many errors are enough for. */
const lowerLevel = (compared: number): number => Math.floor((100 * compared) / (compared + 1) + 1e-9) / 100

function tooShort({ values }: History, { key, grid: { every } }: Place, steps: number): string | undefined {
  const [known, needed] = [countKnown(values), fewestValues(steps)]
  if (values.length >= needed && known >= needed / 2) return undefined
  const found = values.length >= needed ? `${known} of ${values.length} steps of ${formatDuration(every)} have readings` : `${values.length} steps of ${formatDuration(every)} are there`
  return `Of ${key.name} ${found}; to forecast ${steps} steps and to say how far that can be trusted takes ${needed}${values.length >= needed ? ', of which half have readings' : ''}. Look less far ahead, or give a shorter \`every\` if readings come more often.`
}

