import type { Overrides } from '../scenario/override-book.ts'
import { changedReading, changedSummary, isTurned, toAffine, type ValueChange } from './override-value.ts'
import { type SeriesKey, seriesKeyText } from './reading.ts'
import type { SeenReading, SeriesReads } from './series-reads.ts'
import type { UnboundedOptions } from './telemetry-store.ts'

/** Where a series is read, and what becomes of what is read. */
interface Route {
  readonly key: SeriesKey
  readonly change: ValueChange | undefined
}

/**
 * Readings as scenarios have them: what is said of a series in the nearest one holds. A series that has others' readings in the place of its own, or a constant and
 * no reading at all, is read where the override keeps its own; of others the values are changed on their way. `reads` sees what the vantage does.
 */
export function overriddenReads(reads: SeriesReads, find: () => Promise<Overrides>): SeriesReads {
  const routesOf = async (series: readonly SeriesKey[], options: UnboundedOptions | undefined): Promise<readonly Route[]> => {
    const overrides = await find()
    const found = series.map((key) => overrides.of(key))
    const constants = series.filter((_, index) => found[index]?.change.kind === 'CONSTANT')
    const measured = constants.length === 0 ? [] : await reads.latest(constants, { signal: options?.signal })
    const unmeasured = new Set(constants.filter((_, index) => !measured[index]))
    return series.map((key, index): Route => {
      const { change, own } = found[index] ?? {}
      if (!change || !own) return { key, change: undefined }
      return change.kind === 'SERIES' || unmeasured.has(key) ? { key: own, change: undefined } : { key, change }
    })
  }

  const one = (reading: SeenReading | undefined, { change }: Route): SeenReading | undefined => reading && change ? changedReading(reading, change) : reading
  const keysOf = (routes: readonly Route[]): readonly SeriesKey[] => routes.map(({ key }) => key)
  const sourced = (key: SeriesKey, { key: read }: Route, reading: SeenReading | undefined): SeenReading | undefined => (reading && key !== read ? { ...reading, source: read.source } : reading)

  return {
    async latest(series, options) {
      const routes = await routesOf(series, options)
      const found = await reads.latest(keysOf(routes), options)
      return routes.map((route, index) => sourced(series[index] as SeriesKey, route, one(found[index], route)))
    },
    async latestBefore(series, before, options) {
      const routes = await routesOf(series, options)
      const found = await reads.latestBefore(keysOf(routes), before, options)
      return routes.map((route, index) => sourced(series[index] as SeriesKey, route, one(found[index], route)))
    },
    async readings(series, range, options) {
      const routes = await routesOf(series, options)
      const found = await reads.readings(keysOf(routes), range, options)
      return routes.map((route, index) => (found[index] ?? []).flatMap((reading) => sourced(series[index] as SeriesKey, route, one(reading, route)) ?? []))
    },
    async summaries(series, buckets, { quantiles = [], ...options } = {}) {
      const routes = await routesOf(series, options)
      const read = async (some: readonly Route[], shares: readonly number[]) => (some.length === 0 ? [] : await reads.summaries(keysOf(some), buckets, { quantiles: shares, ...options }))
      const [turned, straight] = [routes.filter(({ change }) => isTurned(change)), routes.filter(({ change }) => !isTurned(change))]
      const [ofTurned, ofStraight] = await Promise.all([read(turned, quantiles.map((share) => 1 - share)), read(straight, quantiles)])
      const found = new Map([...turned.map((route, index) => [route, ofTurned[index]] as const), ...straight.map((route, index) => [route, ofStraight[index]] as const)])
      return routes.map((route) => {
        const { key, change } = route
        const own = found.get(route) ?? []
        return change ? own.map((summary) => changedSummary(summary, key.kind, change)) : own
      })
    },
    async rollup(groups, buckets, aggregate, options) {
      const series = [...new Set(groups.flat())]
      const routes = new Map((await routesOf(series, options)).map((route, index) => [series[index], route]))
      const affine = new Map([...routes.values()].flatMap(({ key, change }) => (change ? [[seriesKeyText(key), toAffine(change)] as const] : [])))
      return await reads.rollup(groups.map((group) => group.map((key) => routes.get(key)?.key ?? key)), buckets, aggregate, { ...options, affine })
    },
    async firstAt(series, options) {
      return await reads.firstAt(keysOf(await routesOf(series, options)), options)
    },
  }
}
