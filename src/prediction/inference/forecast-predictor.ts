import { failure } from '../../errors.ts'
import type { ForecastPredictor, PredictorForecast } from '../forecast/forecast-service.ts'
import { nameInCard } from '../prediction-series.ts'
import { noDeadline } from '../../run/run.ts'
import { type PredictConfig, type PredictedValue, predictTwins } from './predict.ts'

/** What registered predictors say of the next hours of a telemetry: their outputs about it that look ahead. */
export const createForecastPredictor = (config: PredictConfig): ForecastPredictor => ({
  async predict(predictor, series, { at, horizon }, signal = new AbortController().signal) {
    const twins = [...new Set(series.map(({ twin }) => baseOf(twin)))]
    const draft = { instants: { kind: 'at', at }, knowledge: 'RECEIVED', tags: [], priority: 0, deadlineMs: noDeadline } as const
    const said = await predictTwins(config, { predictor, twins }, draft, signal)
    if (!said.ok) throw failure('BAD_USER_INPUT', { message: `predictor: ${said.problem.message}` })
    const byTwin = new Map(said.value.map((each) => [each.twin, each]))
    return series.map((key): PredictorForecast | { readonly problem: string } => {
      const found = byTwin.get(baseOf(key.twin))
      if (!found || found.problem !== null) return { problem: found?.problem ?? `${predictor} says nothing of ${JSON.stringify(key.twin)}.` }
      const ahead = found.values.filter((value) => value.series === nameInCard(key) && (value.at ?? at) > at && (value.at ?? at) <= at + horizon)
      if (ahead.length === 0) return { problem: `${found.predictor} says nothing of ${nameInCard(key)} within that time. Give a longer horizon, or name a predictor whose outputs are about it and look ahead.` }
      return { predictor: found.predictor, level: ahead.find(({ interval }) => interval)?.interval?.level ?? undefined, points: ahead.flatMap(toPoint).sort((one, other) => one.at - other.at) }
    })
  },
})

const toPoint = ({ at, value, interval }: PredictedValue): PredictorForecast['points'] => (at === null || value === null ? [] : [{ at, value, lower: interval?.lower, upper: interval?.upper }])

/** Components are twins of the store. */
const baseOf = (twin: string): string => twin.split('#', 1)[0] ?? twin
