import type { Vantage } from '../domain/vantage.ts'
import type { OverrideBook } from '../scenario/override-book.ts'
import type { SeriesValue } from './reading.ts'
import type { SeriesReads } from './series-reads.ts'
import type { TelemetryStore } from './telemetry-store.ts'

/** Latest values as they were, were known, or would be, for filters and orders of lists: what is projected onto twins are those of now. */
export interface LatestAt {
  /**
   * The latest value in sight of each measured series of the name, by twin (of a component's `owner#component`); without a prototype.
   * As `_last_<name>` holds it, but for temporal values, which are their ISO 8601 texts, and points, which are GeoJSON text: floats are numbers, integers bigints.
   * Throws LIST_TOO_LONG where more than 200,000 twins have the series, STORE_UNAVAILABLE, TELEMETRY_UNAVAILABLE.
   */
  latestValues(name: string, vantage: Vantage, signal?: AbortSignal): Promise<Readonly<Record<string, SeriesValue>>>
}

export interface LatestAtConfig {
  readonly store: Pick<TelemetryStore, 'series'>
  readonly from: (vantage: Vantage) => Pick<SeriesReads, 'latest'>
  readonly overrides: OverrideBook
}

const mostSeries = 200_000

export function createLatestAt({ store, from, overrides }: LatestAtConfig): LatestAt {
  /** Of the series that scenarios say something of, none of which need have been measured. */
  const overridden = async (name: string, vantage: Vantage, signal: AbortSignal | undefined): Promise<readonly (readonly [twin: string, value: SeriesValue | undefined])[]> => {
    if (vantage.chain.length === 0) return []
    const series = (await overrides.find(vantage.chain)).named(name).map((each) => each.series)
    const found = await from(vantage).latest(series, { signal })
    return series.map(({ twin }, index) => [twin, found[index]?.value])
  }

  return {
    async latestValues(name, vantage, signal) {
      const { readingsUntil, knownUntil } = vantage
      const [found, changed] = await Promise.all([store.series({ measured: name, most: mostSeries, until: readingsUntil, knownUntil, signal }), overridden(name, vantage, signal)])
      const values = Object.create(null) as Record<string, SeriesValue>
      const times = new Map<string, number>()
      for (const { key: { twin }, latest: { at, value } } of found) { // a twin has two where its model gave the name another kind of values
        if (at < (times.get(twin) ?? -Infinity)) continue
        times.set(twin, at)
        values[twin] = value
      }
      for (const [twin, value] of changed) {
        if (value === undefined) Reflect.deleteProperty(values, twin)
        else values[twin] = value
      }
      return values
    },
  }
}
