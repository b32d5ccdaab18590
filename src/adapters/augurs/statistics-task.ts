import type { ComputedForecast, ForecastTask } from '../../prediction/forecast/compute-forecast.ts'
import type { ScoreTask } from '../../prediction/forecast/score-steps.ts'
import type { StatisticsJob } from './statistics-job.ts'

/** What is asked of a thread. */
export type StatisticsTask =
  | { readonly kind: 'forecast'; readonly task: ForecastTask; readonly level: number }
  | { readonly kind: 'band'; readonly forecast: ComputedForecast; readonly level: number }
  | { readonly kind: 'job'; readonly job: StatisticsJob }
  | { readonly kind: 'score'; readonly task: ScoreTask }
