import type { Microseconds, SeriesKey } from '../../telemetry/reading.ts'
import type { SeriesReads } from '../../telemetry/series-reads.ts'
import type { MethodName } from './method/method.ts'

/** What a forecast is asked for. */
export interface ForecastRequest {
  /** From the end of what is known. */
  readonly horizon: Microseconds
  /** Of the band: between 0 and 1. */
  readonly level: number
  /** The length of a step; undefined: as suits the readings and the horizon. */
  readonly every: Microseconds | undefined
  /** A registered predictor, by id or name, in the place of the built-in methods. */
  readonly predictor: string | undefined
  /** The instant that it is asked from: later readings are not there. */
  readonly until: Microseconds
}

export interface Forecast {
  readonly points: readonly ForecastPoint[]
  readonly level: number
  readonly method: ForecastMethod | undefined
  readonly backtest: Backtest | undefined
  readonly every: Microseconds | undefined
  readonly trainedOn: { readonly from: Microseconds; readonly to: Microseconds; /** Steps that have a reading. */ readonly count: number } | undefined
  readonly isCached: boolean
  /** Why there is no forecast, and what to do about it; the rest is empty then. */
  readonly problem: string | undefined
  readonly warnings: readonly string[]
}

export interface ForecastPoint {
  /** Where the step begins that the value is the mean of. */
  readonly at: Microseconds
  readonly value: number
  readonly lower: number | undefined
  readonly upper: number | undefined
}

export interface ForecastMethod {
  readonly name: MethodName
  readonly predictor: string | undefined
  readonly seasons: readonly Microseconds[]
  readonly why: string
}

/** How such forecasts did on the history, of times that neither chose the method nor made the bands they were checked with. */
export interface Backtest {
  /** Mean absolute error over that of the seasonal naive method within what was learned from; undefined of a series that never changed. */
  readonly mase: number | undefined
  readonly rmse: number
  readonly mae: number
  /** Share of the truths within their band; undefined where the history is too short to check. */
  readonly coverage: number | undefined
  readonly meanWidth: number | undefined
  /** Forecasts that were checked. */
  readonly origins: number
  /** The time that was forecast. */
  readonly from: Microseconds
  readonly to: Microseconds
}

export interface AnomalyRequest {
  /** Back from the last reading. */
  readonly last: Microseconds
  readonly level: number
  readonly every: Microseconds | undefined
  readonly until: Microseconds
}

/** A value, judged by what was expected of it the step before. */
export interface AnomalyPoint {
  readonly at: Microseconds
  readonly value: number
  readonly expected: number
  readonly lower: number
  readonly upper: number
  /** How far the value lies from what was expected, in half widths of the band: beyond 1 and -1 it is outside. */
  readonly score: number
  /** The share of earlier errors that were at least as great: the conformal p-value. */
  readonly pValue: number
  readonly isAnomaly: boolean
}

export interface Anomalies {
  readonly points: readonly AnomalyPoint[]
  readonly problem: string | undefined
}

/** Forecasts of series. Whoever asks says how they are read, and so from where they are looked at. */
export interface Forecasts {
  /** In the order of the series. Throws BAD_USER_INPUT (horizon, level, step), OVERLOADED, and what the reads throw. */
  forecast(reads: SeriesReads, series: readonly SeriesKey[], request: ForecastRequest, signal?: AbortSignal): Promise<readonly Forecast[]>
  /** What the newest readings look like to forecasts from just before them. */
  scoreAgainstForecast(reads: SeriesReads, series: readonly SeriesKey[], request: AnomalyRequest, signal?: AbortSignal): Promise<readonly Anomalies[]>
}
