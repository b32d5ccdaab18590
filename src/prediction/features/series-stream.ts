import type { Microseconds, SeriesKey } from '../../telemetry/reading.ts'
import type { SeenReading, SeriesReads } from '../../telemetry/series-reads.ts'
import type { TimeRange } from '../../telemetry/telemetry-store.ts'
import type { Knowledge } from '../feature.ts'
import type { BoundSeries } from './bound-features.ts'
import { type Columns, createColumns } from './columns.ts'
import { pageOf, type ReadLimits } from './read-limits.ts'

export interface StreamAsk {
  readonly reads: Pick<SeriesReads, 'readings' | 'latestBefore'>
  readonly knowledge: Knowledge
  readonly limits: ReadLimits
  readonly signal?: AbortSignal | undefined
}

/** A series on its way from the store, in order of time. */
export interface SeriesStream {
  readonly series: BoundSeries
  readonly decode: Decode
  readonly columns: Columns
  /** Up to there, included, everything is in the columns that is still needed. */
  loaded: Microseconds
  /** Readings that are older than this at an instant are not needed at it; Infinity: all may be. */
  reach: number
}

/** A reading as features see it. */
export interface Seen {
  readonly value: number
  /** When it was known; -Infinity: always. */
  readonly known: number
}

/** Undefined: features do not see it. */
export type Decode = (reading: SeenReading) => Seen | undefined

export const openStream = (series: BoundSeries, from: Microseconds, knowledge: Knowledge): SeriesStream => ({ series, decode: decoderOf(series, knowledge), columns: createColumns(), loaded: from - 1, reach: 0 })

/** Bad readings are none, as texts that stand for no number. */
function decoderOf({ key, affine, encode }: BoundSeries, knowledge: Knowledge): Decode {
  const numbers = encode && new Map(Object.entries(encode))
  const { scale, shift } = affine ?? { scale: 1, shift: 0 }
  const isText = key.kind === 'text' || key.kind === 'json'
  return ({ value, quality, receivedAt, source }) => {
    if (quality === 'BAD') return undefined
    const number = numbers ? numbers.get(String(value)) ?? NaN : isText ? NaN : Number(value)
    const converted = number * scale + shift + 0 // + 0: nothing is below zero and zero
    if (!Number.isFinite(converted)) return undefined
    const isHypothesis = source === 'SIMULATED' && key.source === 'MEASURED' // of a scenario: nobody received it
    const isOfRun = key.run !== null // what it says follows from what it was begun with, whenever it was computed
    return { value: converted, known: knowledge === 'MEASURED' || isHypothesis || isOfRun ? -Infinity : receivedAt }
  }
}

/**
 * Loads series side by side, in steps so long that a step is about a page: some may be dense and others not. `leastLag`: no instant looks at what is later than
 * itself minus this. What lies between the windows of instants is read over where that is less than a part of a page, and left out where it is more.
 */
export function createLoader(streams: readonly SeriesStream[], leastLag: number, { reads, limits, signal }: StreamAsk) {
  const reach = streams.reduce((longest, stream) => Math.max(longest, stream.reach), 0)
  /** The time of about two pages. */
  let span = Infinity

  /** Undefined: all of it came. Otherwise up to where they came, as there was more than a page. */
  const loadSome = async (some: readonly SeriesStream[], from: Microseconds, to: Microseconds): Promise<Microseconds | undefined> => {
    const first = pageOf(limits, some.length)
    const pages = await reads.readings(some.map(({ series }) => series.key), { from, to: to + 1 }, { first, signal })
    const full = pages.flatMap((page) => (page.length >= first ? [page.at(-1)?.at ?? from] : []))
    const cut = full.length === 0 ? undefined : Math.min(...full)
    for (const [index, stream] of some.entries()) {
      const page = pages[index] ?? []
      const end = cut !== undefined && page.length >= first ? cut : to
      for (const reading of page) if (reading.at <= end) pushTo(stream, reading)
      stream.loaded = end
    }
    return cut
  }
  const loaded = (): Microseconds => streams.reduce((least, stream) => Math.min(least, stream.loaded), Infinity)
  const isApart = (next: Microseconds, end: Microseconds): boolean => next - reach - end > span / 4
  /** Up to where instants look whose windows are near each other. */
  const endOf = (instants: readonly Microseconds[], start: number): Microseconds => {
    let place = start
    while (place + 1 < instants.length && (instants[place] ?? 0) - leastLag <= loaded() + span && !isApart(instants[place + 1] ?? 0, (instants[place] ?? 0) - leastLag)) place++
    return (instants[place] ?? 0) - leastLag
  }
  return {
    /** Up to where everything of all series is there. */
    loaded,
    /** One step towards what the instant at the place needs, and those behind it. */
    async load(instants: readonly Microseconds[], place: number): Promise<void> {
      const next = instants[place] ?? 0
      for (const stream of streams) if (isApart(next, stream.loaded)) stream.loaded = next - reach
      const target = Math.min(endOf(instants, place), loaded() + span)
      let shortest = Infinity
      for (const [end, some] of Map.groupBy(streams.filter((stream) => stream.loaded < target), (stream) => stream.loaded)) {
        for (let start = 0; start < some.length; start += limits.seriesInCall) {
          const cut = await loadSome(some.slice(start, start + limits.seriesInCall), end + 1, target)
          if (cut !== undefined) shortest = Math.min(shortest, cut - end)
        }
      }
      span = shortest < Infinity ? Math.max(1, 2 * shortest) : 2 * span
    },
  }
}

function pushTo({ columns, decode }: SeriesStream, reading: SeenReading): void {
  const seen = decode(reading)
  if (seen) columns.push(reading.at, seen.value, seen.known)
}

/** Readings of one series or, of several, those of the instants at which all have one, in order of time. */
export async function* readTogether(keys: readonly SeriesKey[], range: TimeRange, { reads, limits: { mostPage }, signal }: StreamAsk): AsyncGenerator<readonly SeenReading[]> {
  for (let { from } = range; from < range.to;) {
    const pages = await reads.readings(keys, { from, to: range.to }, { first: mostPage, signal })
    const cut = Math.min(...pages.map((page) => (page.length >= mostPage ? page.at(-1)?.at ?? Infinity : Infinity)))
    for (const readings of meeting(pages)) if ((readings[0]?.at ?? Infinity) <= cut) yield readings
    from = cut + 1
  }
}

/** Readings of the instants at which every page has one. */
export function* meeting([page = [], ...more]: readonly (readonly SeenReading[])[]): Generator<readonly SeenReading[]> {
  const others = more.map((each) => new Map(each.map((reading) => [reading.at, reading])))
  for (const reading of page) {
    const beside = others.flatMap((each) => each.get(reading.at) ?? [])
    if (beside.length === others.length) yield [reading, ...beside]
  }
}
