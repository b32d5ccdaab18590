import { failure } from '../../errors.ts'
import { formatDuration } from '../../telemetry/duration.ts'
import { type Microseconds, type SeriesKey, seriesKeyText } from '../../telemetry/reading.ts'
import type { SeriesReads } from '../../telemetry/series-reads.ts'
import type { RollupBucket, Summary } from '../../telemetry/telemetry-store.ts'
import { sha256 } from '../../util/sha256.ts'
import { chooseStep, type Grid, gridUntil, usualInterval } from './grid.ts'

/** Readings that the usual interval is told by. */
const sampled = 64
/** Series that are read in one call, which bounds what lies in memory. */
const together = 250

/** Where a series is learned from. */
export interface Place {
  readonly key: SeriesKey
  readonly latest: Microseconds
  readonly interval: Microseconds
  readonly grid: Grid
  /** Of all that the grid holds, as whoever looks sees it: equal ones, equal histories. */
  readonly fingerprint: string
}

export interface HistoryRequest {
  readonly horizon: Microseconds
  readonly every: Microseconds | undefined
  readonly until: Microseconds
}

/** Means of the steps, from the first one that has a reading to the last; NaN where there is none. */
export interface History {
  readonly values: Float64Array
  readonly from: Microseconds
}

/** A series without at least two readings has no place: undefined. Three calls of the store, however many series there are, where they end at about the same time. */
export async function findPlaces(reads: SeriesReads, series: readonly SeriesKey[], request: HistoryRequest, signal?: AbortSignal): Promise<readonly (Place | undefined)[]> {
  const ends = await readEnds(reads, series, request.until, signal)
  const [begins, intervals] = await Promise.all([reads.firstAt(series, { signal }), readIntervals(reads, series, ends, request, signal)])
  const grids = series.map((_, index) => {
    const [latest, interval, begin] = [ends[index], intervals[index], begins[index]]
    if (latest === undefined || interval === undefined || begin === undefined) return undefined
    const every = request.every ?? chooseStep({ interval, horizon: request.horizon, span: latest - begin })
    return gridUntil(latest, interval, every)
  })
  const found = await inGroups(series, (index) => {
    const grid = grids[index]
    return grid && `${grid.from} ${grid.to}`
  }, async (keys, [first = 0]) => {
    const { from, to } = grids[first] as Grid
    return (await reads.summaries(keys, { from, to, width: to - from }, { signal })).map(([summary]) => summary)
  })
  return series.map((key, index): Place | undefined => {
    const [latest, interval, grid, summary] = [ends[index], intervals[index], grids[index], found[index]]
    return latest === undefined || interval === undefined || !grid || !summary ? undefined : { key, latest, interval, grid, fingerprint: toFingerprint(key, grid, summary) }
  })
}

/** Of the time that places are in. */
export async function readHistories(reads: SeriesReads, places: readonly Place[], signal?: AbortSignal): Promise<readonly History[]> {
  const groupOf = (index: number): string | undefined => {
    const grid = places[index]?.grid
    return grid && `${grid.from} ${grid.to} ${grid.every}`
  }
  const found = await inGroups(places, groupOf, async (some) => {
    const { grid: { from, to, every } } = some[0] as Place
    return (await reads.rollup(some.map(({ key }) => [key]), { from, to, width: every }, 'MEAN', { signal })).map((buckets) => toHistory(buckets, every))
  })
  return found.map((history) => history ?? { values: new Float64Array(0), from: 0 })
}

function toHistory(buckets: readonly RollupBucket[], every: Microseconds): History {
  const known = buckets.filter(({ value }) => value !== null && Number.isFinite(value))
  const [first = 0, last = first] = [known[0]?.from, known.at(-1)?.from]
  const values = new Float64Array(known.length === 0 ? 0 : (last - first) / every + 1).fill(NaN)
  for (const { from, value } of known) values[(from - first) / every] = value ?? NaN
  return { values, from: first }
}

/** When the last reading is that may be looked at. */
async function readEnds(reads: SeriesReads, series: readonly SeriesKey[], until: Microseconds, signal: AbortSignal | undefined): Promise<readonly (Microseconds | undefined)[]> {
  const latest = await reads.latest(series, { signal })
  const ends = latest.map((reading) => reading?.at)
  const ahead = series.flatMap((key, index) => ((ends[index] ?? -Infinity) > until && key.run === null ? [index] : []))
  if (ahead.length === 0) return ends
  const before = await reads.latestBefore(ahead.map((index) => series[index] as SeriesKey), until + 1, { signal })
  for (const [place, index] of ahead.entries()) ends[index] = before[place]?.at
  return ends
}

/** By the first readings of about the time that will be learned from; where it has too few, by the first of all. */
async function readIntervals(reads: SeriesReads, series: readonly SeriesKey[], ends: readonly (Microseconds | undefined)[], { horizon }: HistoryRequest, signal: AbortSignal | undefined): Promise<readonly (Microseconds | undefined)[]> {
  const back = 30 * horizon
  const sample = (indexOf: (index: number) => string | undefined, from: (first: number) => Microseconds) => inGroups(series, indexOf, async (keys, [first = 0]) =>
    (await reads.readings(keys, { from: from(first), to: Infinity }, { first: sampled, signal })).map((readings) => usualInterval(readings.map(({ at }) => at))))
  const start = (index: number): Microseconds => Math.floor(((ends[index] ?? 0) - back) / horizon) * horizon
  const near = await sample((index) => (ends[index] === undefined ? undefined : String(start(index))), start)
  if (near.every((interval, index) => interval !== undefined || ends[index] === undefined)) return near
  const all = await sample((index) => (ends[index] !== undefined && near[index] === undefined ? 'all' : undefined), () => -Infinity)
  return near.map((interval, index) => interval ?? all[index])
}

/** Asks for those of one group together, a bounded number at a time; undefined for those of no group. */
async function inGroups<K, T>(all: readonly K[], groupOf: (index: number) => string | undefined, ask: (some: readonly K[], indexes: readonly number[]) => Promise<readonly T[]>): Promise<readonly (T | undefined)[]> {
  const found = new Array<T | undefined>(all.length).fill(undefined)
  for (const [group, indexes] of Map.groupBy(all.keys(), groupOf)) {
    if (group === undefined) continue
    for (let at = 0; at < indexes.length; at += together) {
      const part = indexes.slice(at, at + together)
      const answers = await ask(part.map((index) => all[index] as K), part)
      for (const [place, index] of part.entries()) found[index] = answers[place]
    }
  }
  return found
}

function toFingerprint(key: SeriesKey, { from, to, every }: Grid, { count, received, first, last, min, max, mean, stddev }: Summary): string {
  return sha256(JSON.stringify([seriesKeyText(key), from, to, every, count, received, ...[first, last, min, max, mean, stddev].map(String)]))
}

/** `name`: of the argument that says how long the time is. Throws BAD_USER_INPUT. */
export function checkStep(name: string, length: Microseconds, every: Microseconds | undefined, mostSteps: number): void {
  if (!(length > 0)) throw failure('BAD_USER_INPUT', { message: `${name}: ${formatDuration(length)} is no time that lies anywhere. Give more than nothing.` })
  if (every === undefined) return
  if (every < leastStep) throw failure('BAD_USER_INPUT', { message: `every: ${formatDuration(every)} is too short a step. A millisecond is the shortest.` })
  if (every > length) throw failure('BAD_USER_INPUT', { message: `every: a step of ${formatDuration(every)} is longer than \`${name}\`, ${formatDuration(length)}. Give a shorter step or a longer time.` })
  const steps = Math.ceil(length / every)
  if (steps > mostSteps) throw failure('BAD_USER_INPUT', { message: `${formatDuration(length)} in steps of ${formatDuration(every)} are ${steps} steps; at most ${mostSteps} can be asked for. Give a longer \`every\` or a shorter \`${name}\`.` })
}

const leastStep = 1_000
