import type { Overrides } from '../scenario/override-book.ts'
import { changedReading, changedSummary, isTurned, toAffine, type ValueChange } from './override-value.ts'
import { type SeriesKey, seriesKeyText } from './reading.ts'
import type { SeenReading, SeriesReads } from './series-reads.ts'
import type { Summary, UnboundedOptions } from './telemetry-store.ts'

/** Where a series is read, and what becomes of what is read. */
interface Route {
  readonly key: SeriesKey
  /** Whether it is where an override keeps readings of its own. */
  readonly isOwn: boolean
  readonly change: ValueChange | undefined
}

/** Readings as they are in sight of the vantage. What a scenario says is a hypothesis and was not received: `own` leaves out nothing for when it was said. */
export interface ReadsInScenario {
  readonly measured: SeriesReads
  /** Where nothing is left out of `measured` either, the same. */
  readonly own: SeriesReads
}

/**
 * Readings as scenarios have them: what is said of a series in the nearest one holds. A series that has others' readings in the place of its own, or a constant and
 * no reading at all, is read where the override keeps its own; of others the values are changed on their way.
 */
export function overriddenReads({ measured, own }: ReadsInScenario, find: () => Promise<Overrides>): SeriesReads {
  const routesOf = async (series: readonly SeriesKey[], options: UnboundedOptions | undefined): Promise<readonly Route[]> => {
    const overrides = await find()
    const found = series.map((key) => overrides.of(key))
    const constants = series.filter((_, index) => found[index]?.change.kind === 'CONSTANT')
    const latest = constants.length === 0 ? [] : await measured.latest(constants, { signal: options?.signal })
    const unmeasured = new Set(constants.filter((_, index) => !latest[index]))
    return series.map((key, index): Route => {
      const override = found[index]
      if (!override) return { key, isOwn: false, change: undefined }
      const { change } = override
      return change.kind === 'SERIES' || unmeasured.has(key) ? { key: override.own, isOwn: true, change: undefined } : { key, isOwn: false, change }
    })
  }

  /** Each route's answer, from where it is read. */
  const inParts = async <T>(routes: readonly Route[], read: (reads: SeriesReads, some: readonly Route[]) => Promise<readonly T[]>): Promise<readonly T[]> => {
    if (measured === own) return await read(measured, routes)
    const answer = async (reads: SeriesReads, some: readonly Route[]) => {
      const answers = some.length === 0 ? [] : await read(reads, some)
      return some.map((route, index) => [route, answers[index] as T] as const)
    }
    const parts = await Promise.all([answer(measured, routes.filter(({ isOwn }) => !isOwn)), answer(own, routes.filter(({ isOwn }) => isOwn))])
    const byRoute = new Map(parts.flat())
    return routes.map((route) => byRoute.get(route) as T)
  }

  const keysOf = (routes: readonly Route[]): readonly SeriesKey[] => routes.map(({ key }) => key)
  const shown = (reading: SeenReading | undefined, { key, isOwn, change }: Route): SeenReading | undefined =>
    (!reading ? undefined : isOwn ? { ...reading, source: key.source } : change ? changedReading(reading, change) : reading)

  const summariesOf = async (reads: SeriesReads, routes: readonly Route[], buckets: Parameters<SeriesReads['summaries']>[1], { quantiles = [], ...options }: NonNullable<Parameters<SeriesReads['summaries']>[2]>): Promise<readonly (readonly Summary[])[]> => {
    const read = async (some: readonly Route[], shares: readonly number[]) => (some.length === 0 ? [] : await reads.summaries(keysOf(some), buckets, { quantiles: shares, ...options }))
    const [turned, straight] = [routes.filter(({ change }) => isTurned(change)), routes.filter(({ change }) => !isTurned(change))]
    const [ofTurned, ofStraight] = await Promise.all([read(turned, quantiles.map((share) => 1 - share)), read(straight, quantiles)])
    const found = new Map([...turned.map((route, index) => [route, ofTurned[index]] as const), ...straight.map((route, index) => [route, ofStraight[index]] as const)])
    return routes.map((route) => found.get(route) ?? [])
  }

  return {
    async latest(series, options) {
      const routes = await routesOf(series, options)
      const found = await inParts(routes, (reads, some) => reads.latest(keysOf(some), options))
      return routes.map((route, index) => shown(found[index], route))
    },
    async latestBefore(series, before, options) {
      const routes = await routesOf(series, options)
      const found = await inParts(routes, (reads, some) => reads.latestBefore(keysOf(some), before, options))
      return routes.map((route, index) => shown(found[index], route))
    },
    async readings(series, range, options) {
      const routes = await routesOf(series, options)
      const found = await inParts(routes, (reads, some) => reads.readings(keysOf(some), range, options))
      return routes.map((route, index) => (found[index] ?? []).flatMap((reading) => shown(reading, route) ?? []))
    },
    async summaries(series, buckets, options = {}) {
      const routes = await routesOf(series, options)
      const found = await inParts(routes, (reads, some) => summariesOf(reads, some, buckets, options))
      return routes.map(({ key, change }, index) => (found[index] ?? []).map((summary) => (change ? changedSummary(summary, key.kind, change) : summary)))
    },
    async rollup(groups, buckets, aggregate, options) {
      const series = [...new Set(groups.flat())]
      const routes = new Map((await routesOf(series, options)).map((route, index) => [series[index], route]))
      const affine = new Map([...routes.values()].flatMap(({ key, change }) => (change ? [[seriesKeyText(key), toAffine(change)] as const] : [])))
      const alwaysKnown = new Set([...routes.values()].flatMap(({ key, isOwn }) => (isOwn ? [seriesKeyText(key)] : [])))
      return await measured.rollup(groups.map((group) => group.map((key) => routes.get(key)?.key ?? key)), buckets, aggregate, { ...options, affine, alwaysKnown })
    },
    async firstAt(series, options) {
      return await inParts(await routesOf(series, options), (reads, some) => reads.firstAt(keysOf(some), options))
    },
  }
}
