import type { Microseconds } from '../../telemetry/reading.ts'
import type { SeenReading } from '../../telemetry/series-reads.ts'
import { pageOf, type ReadLimits } from './read-limits.ts'
import { meeting, readTogether, type Seen, type StreamAsk } from './series-stream.ts'
import type { Source } from './source.ts'

/** A reading from before the time that is read whole. */
export interface Seed extends Seen {
  readonly at: Microseconds
}

export interface SeekSpec {
  /** Only readings with an earlier `at`. */
  readonly before: Microseconds
  /** The first instant that looks, and the last one. */
  readonly first: Microseconds
  readonly last: Microseconds
}

interface Search {
  readonly source: Source
  /** In order of time: the last one known at the first instant, if there is one, and those after it that become known until the last instant. */
  seeds: readonly Seed[]
  /** Readings were found back to so far before, and none of them was known; undefined: it is done. */
  reach: number | undefined
}

/**
 * Of each source the last reading before a time as it is known at an instant, and what may take its place at later ones. Mostly it is the last one there is;
 * where that is bad, or was received later, it is looked for further and further back, four times as far each time, all sources of one distance together.
 */
export async function seekLast(sources: readonly Source[], spec: SeekSpec, ask: StreamAsk): Promise<readonly (readonly Seed[])[]> {
  const searches = sources.map((source): Search => ({ source, seeds: [], reach: 0 }))
  await lookBefore(searches, 0, spec, ask)
  for (let open = searches; (open = open.filter(({ reach }) => reach !== undefined)).length > 0;) {
    for (const [reach, some] of Map.groupBy(open, ({ reach: each }) => each ?? 0)) {
      await scan(some, reach, spec, ask)
      await lookBefore(some.filter((each) => each.reach !== undefined), reach, spec, ask)
    }
  }
  return searches.map(({ seeds }) => seeds)
}

/** The last readings beyond the reach: known ones end the search, as does it that there are none. */
async function lookBefore(searches: readonly Search[], reach: number, { before, first }: SeekSpec, { reads, limits, signal }: StreamAsk): Promise<void> {
  for (const { some, keys } of inCalls(searches, limits)) {
    const found = await reads.latestBefore(keys, before - reach, { signal })
    let place = 0
    for (const search of some) {
      const readings = found.slice(place, place += search.source.streams.length).flatMap((reading) => reading ?? [])
      const at = readings.length < search.source.streams.length ? undefined : Math.min(...readings.map((reading) => reading.at))
      const seen = at !== undefined && readings.every((reading) => reading.at === at) ? search.source.decode(readings) : undefined
      if (at === undefined) search.reach = undefined
      else if (seen && seen.known <= first) [search.seeds, search.reach] = [[{ at, ...seen }, ...search.seeds], undefined]
      else search.reach = 4 ** Math.ceil(Math.log(Math.max(4, 4 * reach, before - at)) / Math.log(4))
    }
  }
}

/** Everything within reach. */
async function scan(searches: readonly Search[], reach: number, spec: SeekSpec, ask: StreamAsk): Promise<void> {
  const range = { from: spec.before - reach, to: spec.before }
  for (const { some, keys } of inCalls(searches, ask.limits)) {
    const first = pageOf(ask.limits, keys.length)
    const pages = await ask.reads.readings(keys, range, { first, signal: ask.signal })
    let place = 0
    for (const search of some) {
      const own = pages.slice(place, place += search.source.streams.length)
      const seeds = createSeeds(spec)
      if (own.every((page) => page.length < first)) for (const readings of meeting(own)) seeds.take(readings, search.source)
      else for await (const readings of readTogether(search.source.streams.map(({ series }) => series.key), range, ask)) seeds.take(readings, search.source)
      search.seeds = seeds.all()
      if (seeds.isKnown()) search.reach = undefined
    }
  }
}

/** Of those that come later than the first instant knows, only such count as nothing later is known before. */
function createSeeds({ first, last }: SeekSpec) {
  let known: Seed | undefined
  let late: Seed[] = []
  return {
    take(readings: readonly SeenReading[], source: Source): void {
      const [seen, at] = [source.decode(readings), readings[0]?.at]
      if (!seen || at === undefined || seen.known > last) return
      if (seen.known <= first) [known, late] = [{ at, ...seen }, []]
      else {
        while ((late.at(-1)?.known ?? -Infinity) >= seen.known) late.pop()
        late.push({ at, ...seen })
      }
    },
    isKnown: () => known !== undefined,
    all: (): readonly Seed[] => (known ? [known, ...late] : late),
  }
}

/** A search asks for two series at most. */
function* inCalls(searches: readonly Search[], { seriesInCall }: ReadLimits) {
  const inCall = Math.max(1, Math.floor(seriesInCall / 2))
  for (let start = 0; start < searches.length; start += inCall) {
    const some = searches.slice(start, start + inCall)
    yield { some, keys: some.flatMap(({ source }) => source.streams.map(({ series }) => series.key)) }
  }
}
