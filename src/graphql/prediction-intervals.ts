import DataLoader from 'dataloader'
import type { SeriesRef } from '../domain/schema/series-value.ts'
import { seriesNameOf } from '../prediction/inference/plan-results.ts'
import { boundName, runOfOrigin } from '../prediction/prediction-series.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { SeenReading } from '../telemetry/series-reads.ts'
import type { Context } from './context.ts'

export interface PredictionInterval {
  readonly lower: number
  readonly upper: number
  readonly level: number | null
}

type Bounds = ReadonlyMap<Microseconds, { readonly lower: number; readonly upper: number }>
type Series = Pick<SeriesRef, 'key' | 'vantage'>

const loaders = new WeakMap<Context, Map<string, DataLoader<Microseconds, Bounds>>>()
const inOnePage = 10_000

/** Where the truth lies with some probability, as the predictor said together with the value; null where it said nothing of it. Of a page of readings the bounds are read once. */
export async function intervalAt(context: Context, series: Series, { at, origin }: Pick<SeenReading, 'at' | 'origin'>): Promise<PredictionInterval | null> {
  const found = (await boundsOf(context, series).load(at)).get(at)
  if (!found) return null
  const run = series.key.run ?? runOfOrigin(origin)
  return { ...found, level: run === undefined ? null : await levelsOf(context).load(JSON.stringify([run, series.key.name])) }
}

function boundsOf(context: Context, { key, vantage }: Series): DataLoader<Microseconds, Bounds> {
  const known = loaders.get(context) ?? new Map<string, DataLoader<Microseconds, Bounds>>()
  loaders.set(context, known)
  const text = JSON.stringify([key, vantage])
  const loader = known.get(text) ?? new DataLoader<Microseconds, Bounds>(async (instants) => {
    const range = { from: Math.min(...instants), to: Math.max(...instants) + 1 }
    const bounds = (['lower', 'upper'] as const).map((bound) => ({ ...key, name: boundName(key.name, bound), kind: 'float' as const }))
    const [lower = [], upper = []] = await context.services.telemetry.from(vantage).readings(bounds, range, { first: inOnePage, signal: context.signal })
    const uppers = new Map(upper.map(({ at, value }) => [at, Number(value)]))
    const together: Bounds = new Map(lower.flatMap(({ at, value }) => (uppers.has(at) ? [[at, { lower: Number(value), upper: uppers.get(at) ?? NaN }] as const] : [])))
    return instants.map(() => together)
  }, { cache: false, maxBatchSize: 1_000 })
  known.set(text, loader)
  return loader
}

const levels = new WeakMap<Context, DataLoader<string, number | null>>()

/** The probability that the run's predictor gives its intervals with. */
function levelsOf(context: Context): DataLoader<string, number | null> {
  const known = levels.get(context) ?? new DataLoader<string, number | null>(async (asked) => {
    const pairs = asked.map((text) => JSON.parse(text) as [run: string, series: string])
    const ids = [...new Set(pairs.map(([run]) => run))]
    const runs = new Map((await context.services.runs.find(ids)).flatMap((run) => (run ? [[run.id, run.predictor] as const] : [])))
    const wanted = [...new Set([...runs.values()].filter((id) => id !== undefined))]
    const cards = new Map((await context.services.predictors.find(wanted)).flatMap((predictor) => (predictor ? [[predictor.id, predictor] as const] : [])))
    return pairs.map(([run, series]) => {
      const predictor = cards.get(runs.get(run) ?? '')
      return predictor?.card.outputs.find((output) => output.role === 'VALUE' && seriesNameOf(output, predictor.name) === series)?.interval?.level ?? null
    })
  })
  levels.set(context, known)
  return known
}
