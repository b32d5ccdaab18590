import type { Microseconds, SeriesKey } from '../../telemetry/reading.ts'
import type { ComputedBand, ComputedForecast, ForecastTask } from './compute-forecast.ts'
import type { ScoredSteps, ScoreTask } from './score-steps.ts'

/** What computes forecasts: never on the thread that answers queries. Data of tasks may be transferred. Rejects with the signal's reason, or OVERLOADED. */
export interface ForecastCompute {
  /** Undefined where nothing tells how far a forecast errs; see `computeForecast`. */
  forecast(task: ForecastTask, level: number, signal?: AbortSignal): Promise<{ readonly forecast: ComputedForecast; readonly band: ComputedBand } | undefined>
  /** Of a level that was not asked for before. */
  band(forecast: ComputedForecast, level: number, signal?: AbortSignal): Promise<ComputedBand>
  score(task: ScoreTask, signal?: AbortSignal): Promise<ScoredSteps>
}

/** What a registered predictor says of series. */
export interface ForecastPredictor {
  /**
   * For each series, in their order: of the predictor's outputs about its telemetry those that look ahead of `at`, up to `at + horizon`.
   * Throws BAD_USER_INPUT where there is no such predictor, and PredictorError.
   */
  predict(predictor: string, series: readonly SeriesKey[], from: PredictedFrom, signal?: AbortSignal): Promise<readonly (PredictorForecast | { readonly problem: string })[]>
}

export interface PredictedFrom {
  readonly at: Microseconds
  readonly horizon: Microseconds
}

export interface PredictorForecast {
  /** `<name>;<version>`. */
  readonly predictor: string
  /** Of its band; undefined where it gives none. */
  readonly level: number | undefined
  readonly points: readonly { readonly at: Microseconds; readonly value: number; readonly lower: number | undefined; readonly upper: number | undefined }[]
}
