import type { IResolvers } from '@graphql-tools/utils'
import type { SeriesRef } from '../src/domain/schema/series-value.ts'
import { failure } from '../src/errors.ts'
import { chosenSeries, type SourceArguments } from '../src/graphql/chosen-series.ts'
import type { Context } from '../src/graphql/context.ts'
import { batched } from '../src/graphql/series-loaders.ts'
import { presentOf } from '../src/graphql/series-spans.ts'
import type { Anomalies, Backtest, Forecast } from '../src/prediction/forecast/forecast.ts'
import { formatDuration, parseDuration } from '../src/telemetry/duration.ts'
import { formatInstant } from '../src/telemetry/instant.ts'
import type { Microseconds } from '../src/telemetry/reading.ts'

interface ForecastArguments extends SourceArguments {
  readonly horizon: string
  readonly level?: number | null
  readonly predictor?: string | null
  readonly every?: string | null
}

interface AnomalyArguments extends SourceArguments {
  readonly last: string
  readonly level?: number | null
  readonly every?: string | null
}

/** Series of a list are forecast together; each from its own vantage. */
const series = {
  forecast: async (given: SeriesRef, args: ForecastArguments, context: Context) => {
    const { key, vantage } = chosenSeries(given, args)
    const request = {
      horizon: duration('horizon', args.horizon), level: args.level ?? 0.9, every: typeof args.every === 'string' ? duration('every', args.every) : undefined,
      predictor: args.predictor ?? undefined, until: vantage.readingsUntil ?? presentOf(context),
    }
    return toForecast(await batched<Forecast>(context, vantage, `forecast ${JSON.stringify(request)}`, (reads, keys) =>
      context.services.forecasts.forecast(reads, keys, request, context.signal)).load(key))
  },
  anomaly: async (given: SeriesRef, args: AnomalyArguments, context: Context) => {
    const { key, vantage } = chosenSeries(given, args)
    const request = { last: duration('last', args.last), level: args.level ?? 0.99, every: typeof args.every === 'string' ? duration('every', args.every) : undefined, until: vantage.readingsUntil ?? presentOf(context) }
    return toAnomalies(await batched<Anomalies>(context, vantage, `anomaly ${JSON.stringify(request)}`, (reads, keys) =>
      context.services.forecasts.scoreAgainstForecast(reads, keys, request, context.signal)).load(key))
  },
}

export const forecastResolvers: IResolvers<unknown, Context> = { FloatSeries: series, IntSeries: series }

const toForecast = ({ points, method, every, trainedOn, backtest, isCached, ...same }: Forecast): unknown => ({
  ...same, cached: isCached,
  points: points.map(({ at, value, lower, upper }) => ({ at: () => formatInstant(at), value, lower: lower ?? null, upper: upper ?? null })),
  method: method ? { ...method, predictor: method.predictor ?? null, seasons: method.seasons.map(formatDuration) } : null,
  every: every === undefined ? null : formatDuration(every),
  trainedOn: trainedOn ? { ...instants(trainedOn), count: trainedOn.count } : null,
  backtest: backtest ? toBacktest(backtest) : null,
  problem: same.problem ?? null,
})

const toBacktest = ({ mase, coverage, meanWidth, ...same }: Backtest): unknown =>
  ({ ...same, ...instants(same), mase: mase ?? null, coverage: coverage ?? null, meanWidth: meanWidth ?? null })

const toAnomalies = ({ points, problem }: Anomalies): unknown =>
  ({ problem: problem ?? null, points: points.map((point) => ({ ...point, at: () => formatInstant(point.at), score: Number.isFinite(point.score) ? point.score : null })) })

const instants = ({ from, to }: { readonly from: Microseconds; readonly to: Microseconds }): { readonly from: string; readonly to: string } => ({ from: formatInstant(from), to: formatInstant(to) })

function duration(name: string, text: string): Microseconds {
  const parsed = parseDuration(text)
  if (!parsed.ok) throw failure('BAD_USER_INPUT', { message: `${name}: ${parsed.problem}` })
  return parsed.value
}
