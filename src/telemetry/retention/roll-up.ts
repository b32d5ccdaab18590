import type { Microseconds, NewReading, Reading, SeriesKey } from '../reading.ts'
import type { Retention, Summary, TelemetryStore } from '../telemetry-store.ts'
import type { RollupBook } from './rollup-book.ts'
import { bucketKey, bucketReading, type Horizon, horizonReading, readBucket } from './stored-bucket.ts'
import { combine, fromSummary, type Totals, totalsOf, withLate } from './totals.ts'

/** What is to be done with a series: the readings before `cut` go into buckets and are forgotten. `cut` is on the grid of the buckets. */
export interface RollupTask {
  readonly key: SeriesKey
  readonly cut: Microseconds
  /** What was done before; `receivedAt`: when. */
  readonly horizon: (Horizon & { readonly receivedAt: Microseconds }) | undefined
}

export interface RollupWork {
  readonly store: Pick<TelemetryStore, 'append' | 'readings' | 'summaries' | 'forget'>
  readonly book: RollupBook
  /** Length of a bucket. */
  readonly every: Microseconds
  readonly signal: AbortSignal
}

export interface RolledUpPortion {
  readonly buckets: number
  readonly forgotten: number
  /** There is more to do than is done at once. */
  readonly isUnfinished: boolean
}

/** Buckets that are summarised by one query: they are in memory all at once. */
const mostBuckets = 5_000
/** Queries after which readings are forgotten, however many there are still. */
const mostWindows = 40
const pageSize = 5_000

/** The grid of buckets: they begin at whole multiples of their length since 1970, so that those of days are days of UTC. */
export const alignDown = (at: Microseconds, every: Microseconds): Microseconds => Math.floor(at / every) * every

/**
 * Rolls a few series up while no reading of such an early time comes in: first the buckets are appended together with the horizon, one batch and so
 * all or nothing; then the readings are forgotten; then the horizon says so. Whoever begins again after a crash knows by the horizon what is in buckets.
 */
export async function rollUp(tasks: readonly RollupTask[], work: RollupWork): Promise<RolledUpPortion> {
  const { every, signal } = work
  let forgotten = await finishForgetting(tasks.filter(({ horizon }) => horizon?.state === 'ROLLED_UP'), work)
  const end = Math.max(...tasks.map(({ cut }) => cut))
  const touched = new Set<RollupTask>()
  let [from, buckets, windows] = [-Infinity, 0, 0]
  while (from < end && windows < mostWindows && !signal.aborted) {
    const start = await earliest(tasks, { from, to: end }, work)
    if (start === undefined) {
      from = end
      break
    }
    const window = { from: alignDown(start, every), to: Math.min(end, alignDown(start, every) + every * Math.max(1, Math.floor(mostBuckets / tasks.length))) }
    const { made, series } = await rollWindow(tasks.filter(({ cut }) => cut > window.from), window, work)
    for (const task of series) touched.add(task)
    buckets += made
    from = window.to
    windows++
  }
  if (!signal.aborted) forgotten += await forget([...touched].map(({ key, cut, horizon }) => toForget(key, Math.min(cut, from), horizon)), work)
  return { buckets, forgotten, isUnfinished: from < end }
}

interface Window {
  readonly from: Microseconds
  readonly to: Microseconds
}

async function rollWindow(tasks: readonly RollupTask[], window: Window, { store, book, every, signal }: RollupWork): Promise<{ readonly made: number; readonly series: readonly RollupTask[] }> {
  const summaries = await store.summaries(tasks.map(({ key }) => key), { ...window, width: every }, { signal })
  const found = tasks.flatMap((task, index) => {
    const own = summaries[index]?.filter(({ from }) => from < task.cut) ?? []
    return own.length > 0 ? [{ task, totals: new Map(own.map((summary: Summary) => [summary.from, fromSummary(summary)])) }] : []
  })
  const series = found.map(({ task }) => task)
  const known = await knownBuckets(series.map(({ key }) => key), window, { store, book, every, signal })
  const readings = found.flatMap(({ task: { key, cut, horizon }, totals }, index): readonly NewReading[] => [
    ...toReadings(key, every, totals, known[index]),
    horizonReading(key, { ...reaching(Math.min(cut, window.to), horizon), every, state: 'ROLLED_UP' }),
  ])
  if (readings.length === 0) return { made: 0, series }
  book.learn(series.map(({ key }) => bucketKey(key, every))) // before: whoever reads meanwhile looks whether it changed
  await store.append(readings)
  return { made: readings.length - series.length, series }
}

function toReadings(key: SeriesKey, every: Microseconds, fresh: ReadonlyMap<Microseconds, Totals>, known: ReadonlyMap<Microseconds, Totals> | undefined): readonly NewReading[] {
  const series = bucketKey(key, every)
  return [...fresh].map(([from, totals]) => {
    const stored = known?.get(from)
    return bucketReading(series, from, stored ? withLate(stored, totals) : totals)
  })
}

/** The buckets that are stored already, by their starts. */
async function knownBuckets(keys: readonly SeriesKey[], { from, to }: Window, { store, book, every, signal }: RollupWork): Promise<readonly ReadonlyMap<Microseconds, Totals>[]> {
  if (!keys.some((key) => book.lengthsOf(key)?.includes(every))) return []
  const first = Math.ceil((to - from) / every) + 1
  const stored = await store.readings(keys.map((key) => bucketKey(key, every)), { from, to }, { first, signal })
  return stored.map((readings, index) => new Map(readings.map((reading) => [reading.at, readBucket(keys[index]?.kind ?? 'json', reading)])))
}

/** The time of the first reading of any of the series that is to be rolled up. */
async function earliest(tasks: readonly RollupTask[], range: Window, { store, signal }: RollupWork): Promise<Microseconds | undefined> {
  const firsts = await store.readings(tasks.map(({ key }) => key), range, { first: 1, signal })
  const times = firsts.flatMap(([reading], index) => (reading && reading.at < (tasks[index]?.cut ?? 0) ? [reading.at] : []))
  return times.length === 0 ? undefined : Math.min(...times)
}

/**
 * The last round stored buckets and did not come to forget their readings. Those received since are put into their buckets first. (One that corrects a
 * reading of before then counts beside it: what it corrects is in the bucket and cannot be taken out.)
 */
async function finishForgetting(tasks: readonly RollupTask[], work: RollupWork): Promise<number> {
  if (tasks.length === 0) return 0
  for (const { key, horizon } of tasks) if (horizon) await addLate(key, horizon, work)
  return await forget(tasks.flatMap(({ key, horizon }) => (horizon ? [toForget(key, horizon.before, horizon)] : [])), work)
}

async function addLate(key: SeriesKey, { before, reach, receivedAt, every }: Horizon & { readonly receivedAt: Microseconds }, work: RollupWork): Promise<void> {
  const late = new Map<Microseconds, Totals>()
  for await (const reading of allReadings(key, before, work)) {
    const from = alignDown(reading.at, every)
    const [one, others] = [totalsOf(key.kind, reading), late.get(from)]
    if (reading.receivedAt > receivedAt) late.set(from, others ? combine(others, one) : one)
  }
  if (late.size === 0) return
  const own = { ...work, every }
  const readings = await Promise.all([...late].map(async ([from, totals]) => {
    const [known] = await knownBuckets([key], { from, to: from + every }, own)
    return toReadings(key, every, new Map([[from, totals]]), known)
  }))
  await work.store.append([...readings.flat(), horizonReading(key, { reach, before, every, state: 'ROLLED_UP' })])
}

async function* allReadings(key: SeriesKey, before: Microseconds, { store, signal }: RollupWork): AsyncGenerator<Reading> {
  for (let after: Microseconds | undefined; ;) {
    const [page = []] = await store.readings([key], { from: -Infinity, to: before }, { first: pageSize, after, signal })
    yield* page
    if (page.length < pageSize) return
    after = page.at(-1)?.at
  }
}

interface ToForget {
  readonly key: SeriesKey
  readonly before: Microseconds
  readonly reach: Microseconds
}

const reaching = (before: Microseconds, horizon: Horizon | undefined): Pick<Horizon, 'before' | 'reach'> => ({ before, reach: Math.max(before, horizon?.reach ?? before) })
const toForget = (key: SeriesKey, before: Microseconds, horizon: Horizon | undefined): ToForget => ({ key, ...reaching(before, horizon) })

async function forget(series: readonly ToForget[], { store, every }: RollupWork): Promise<number> {
  if (series.length === 0) return 0
  const forgotten = await store.forget(toRetention(series))
  await store.append(series.map(({ key, before, reach }) => horizonReading(key, { before, reach, every, state: 'FORGOTTEN' })))
  return forgotten
}

/** One entry a time: a store forgets many series at once. */
export const toRetention = (series: readonly { readonly key: SeriesKey; readonly before: Microseconds }[]): readonly Retention[] =>
  [...Map.groupBy(series, ({ before }) => before)].map(([before, all]) => ({ before, series: all.map(({ key }) => key) }))
