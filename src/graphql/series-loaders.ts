import DataLoader from 'dataloader'
import type { SeriesRef } from '../domain/schema/series-value.ts'
import { presentVantage, type Vantage } from '../domain/vantage.ts'
import type { SeriesKey } from '../telemetry/reading.ts'
import type { SeenReading, SeriesReads } from '../telemetry/series-reads.ts'
import type { Context } from './context.ts'

/** One call of the store for all series of a list; nothing is kept, as the fields of a mutation run one after the other. */
const loaders = new WeakMap<Context, Map<string, DataLoader<SeriesKey, unknown>>>()

export function batched<T>(context: Context, vantage: Vantage, what: string, read: (reads: SeriesReads, keys: readonly SeriesKey[]) => Promise<readonly T[]>): DataLoader<SeriesKey, T> {
  const known = loaders.get(context) ?? new Map<string, DataLoader<SeriesKey, unknown>>()
  loaders.set(context, known)
  const id = `${textOf(vantage)}${what}`
  let loader = known.get(id)
  if (!loader) known.set(id, loader = new DataLoader<SeriesKey, unknown>(async (keys) => await read(context.services.telemetry.from(vantage), keys), { cache: false }))
  return loader as DataLoader<SeriesKey, T>
}

/** Rows of one list carry equal vantages in objects of their own. */
const textOf = (vantage: Vantage): string => (vantage === presentVantage ? '' : JSON.stringify([vantage.chain, vantage.readingsUntil, vantage.knownUntil]))

/** The latest reading of each. */
export const latest = (context: Context, vantage: Vantage): DataLoader<SeriesKey, SeenReading | undefined> =>
  batched(context, vantage, 'latest', (reads, keys) => reads.latest(keys, { signal: context.signal }))

interface Wave {
  readonly keys: SeriesKey[]
  readonly found: Promise<readonly (SeenReading | undefined)[]>
}

/** What several fields ask for in one go, in one call for each vantage. */
const waves = new WeakMap<Context, Map<string, Wave>>()

/** The latest readings of a list, without a promise for each. */
export async function latestTogether(context: Context, sources: readonly SeriesRef[]): Promise<readonly (SeenReading | undefined)[]> {
  const groups = Map.groupBy(sources.keys(), (index) => textOf(sources[index]?.vantage ?? presentVantage))
  const found: (SeenReading | undefined)[] = []
  await Promise.all([...groups].map(async ([text, indexes]) => {
    const { vantage = presentVantage } = sources[indexes[0] ?? 0] ?? {}
    const together = joinWave(context, vantage, text)
    const from = together.keys.length
    for (const index of indexes) together.keys.push((sources[index] as SeriesRef).key)
    const all = await together.found
    for (const [place, index] of indexes.entries()) found[index] = all[from + place]
  }))
  return found
}

function joinWave(context: Context, vantage: Vantage, text: string): Wave {
  const ofContext = waves.get(context) ?? new Map<string, Wave>()
  waves.set(context, ofContext)
  const known = ofContext.get(text)
  if (known) return known
  const keys: SeriesKey[] = []
  const wave = { keys, found: Promise.resolve().then(() => {
    ofContext.delete(text)
    return context.services.telemetry.from(vantage).latest(keys, { signal: context.signal })
  }) }
  ofContext.set(text, wave)
  return wave
}
