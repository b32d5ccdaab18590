import DataLoader from 'dataloader'
import type { SeriesRef } from '../domain/schema/series-value.ts'
import { seriesNameOf } from '../prediction/inference/plan-results.ts'
import { levelOf } from '../prediction/model-card.ts'
import { boundName, nameInCard, runOfOrigin } from '../prediction/prediction-series.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { SeenReading } from '../telemetry/series-reads.ts'
import type { TimeRange } from '../telemetry/telemetry-store.ts'
import type { Context } from './context.ts'

export interface PredictionInterval {
  readonly lower: number
  readonly upper: number
  readonly level: number | null
}

/** By `placeOf`. */
type Bounds = ReadonlyMap<string, { readonly lower: number; readonly upper: number }>
type Series = Pick<SeriesRef, 'key' | 'vantage'>
type Place = Pick<SeenReading, 'at' | 'origin'>

const loaders = new WeakMap<Context, Map<string, DataLoader<Microseconds, Bounds>>>()
const inOnePage = 10_000

/** Where the truth lies with some probability, as the predictor said together with the value; null where it said nothing of it. Of a page of readings the bounds are read once. */
export async function intervalAt(context: Context, series: Series, place: Place): Promise<PredictionInterval | null> {
  const found = (await boundsOf(context, series).load(place.at)).get(placeOf(place))
  if (!found) return null
  const run = series.key.run ?? runOfOrigin(place.origin)
  return { ...found, level: run === undefined ? null : await levelsOf(context).load(JSON.stringify([run, nameInCard(series.key)])) }
}

/** Bounds are those of the value that the same run said: another predictor may have said the next one, without any. */
const placeOf = ({ at, origin }: Place): string => `${at} ${origin}`

function boundsOf(context: Context, series: Series): DataLoader<Microseconds, Bounds> {
  const known = loaders.get(context) ?? new Map<string, DataLoader<Microseconds, Bounds>>()
  loaders.set(context, known)
  const text = JSON.stringify([series.key, series.vantage])
  const loader = known.get(text) ?? new DataLoader<Microseconds, Bounds>(async (instants) => {
    const range = { from: Math.min(...instants), to: Math.max(...instants) + 1 }
    const [lower = [], upper = []] = await Promise.all((['lower', 'upper'] as const).map((bound) => readAll(context, series, boundName(series.key.name, bound), range)))
    const uppers = new Map(upper.map((reading) => [placeOf(reading), Number(reading.value)]))
    const together: Bounds = new Map(lower.flatMap((reading) => {
      const most = uppers.get(placeOf(reading))
      return most === undefined ? [] : [[placeOf(reading), { lower: Number(reading.value), upper: most }] as const]
    }))
    return instants.map(() => together)
  }, { cache: false, maxBatchSize: 1_000 })
  known.set(text, loader)
  return loader
}

async function readAll({ services, signal }: Context, { key, vantage }: Series, name: string, range: TimeRange): Promise<readonly SeenReading[]> {
  const reads = services.telemetry.from(vantage)
  const found: SeenReading[] = []
  for (let after: Microseconds | undefined; ;) {
    const [page = []] = await reads.readings([{ ...key, name, kind: 'float' }], range, { first: inOnePage, after, signal })
    found.push(...page)
    if (page.length < inOnePage) return found
    after = page.at(-1)?.at
  }
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
      const output = predictor?.card.outputs.find((each) => each.role === 'VALUE' && seriesNameOf(each, predictor.name) === series)
      return (output && levelOf(output)) ?? null
    })
  })
  levels.set(context, known)
  return known
}
