import { failure } from '../../errors.ts'
import type { SeriesKey } from '../../telemetry/reading.ts'
import type { Forecast, ForecastRequest } from './forecast.ts'
import type { ForecastPredictor } from './forecast-service.ts'
import { withoutForecast } from './to-forecast.ts'

/** What a registered predictor forecasts. Throws BAD_USER_INPUT. */
export async function fromPredictor(port: ForecastPredictor | undefined, predictor: string, series: readonly SeriesKey[], { until, horizon, level, every }: ForecastRequest, signal: AbortSignal | undefined): Promise<readonly Forecast[]> {
  if (!port) throw failure('BAD_USER_INPUT', { message: 'predictor: this server has no registered predictors.' })
  if (every !== undefined) throw failure('BAD_USER_INPUT', { message: 'every: the steps are the predictor\'s own. Leave it out where you name a predictor.' })
  if (!(horizon > 0)) throw failure('BAD_USER_INPUT', { message: 'horizon: give more than nothing.' })
  const found = await port.predict(predictor, series, { at: until, horizon }, signal)
  return found.map((answer): Forecast => {
    if ('problem' in answer) return withoutForecast(level, answer.problem)
    return {
      points: answer.points, level: answer.level ?? level, every: undefined, isCached: false, problem: undefined, backtest: undefined, trainedOn: undefined,
      method: { name: 'PREDICTOR', predictor: answer.predictor, seasons: [], why: `${answer.predictor} was asked for.` },
      warnings: answer.level !== undefined && answer.level !== level ? [`The predictor's band is of level ${answer.level}; ${level} was asked for.`] : [],
    }
  })
}
