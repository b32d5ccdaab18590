import type { Vantage } from '../domain/vantage.ts'
import type { SeriesValue } from './reading.ts'
import type { TelemetryStore } from './telemetry-store.ts'

/** Latest values as they were, or were known, for filters and orders of lists: what is projected onto twins are those of now. */
export interface LatestAt {
  /**
   * The latest value in sight of each measured series of the name, by twin (of a component's `owner#component`); without a prototype.
   * As `_last_<name>` holds it, but for temporal values, which are their ISO 8601 texts, and points, which are GeoJSON text: floats are numbers, integers bigints.
   * Throws LIST_TOO_LONG where more than 200,000 twins have the series, STORE_UNAVAILABLE, TELEMETRY_UNAVAILABLE.
   */
  latestValues(name: string, vantage: Vantage, signal?: AbortSignal): Promise<Readonly<Record<string, SeriesValue>>>
}

const mostSeries = 200_000

export function createLatestAt(store: Pick<TelemetryStore, 'series'>): LatestAt {
  return {
    async latestValues(name, { readingsUntil, knownUntil }, signal) {
      const found = await store.series({ measured: name, most: mostSeries, until: readingsUntil, knownUntil, signal })
      const values = Object.create(null) as Record<string, SeriesValue>
      const times = new Map<string, number>()
      for (const { key: { twin }, latest: { at, value } } of found) { // a twin has two where its model gave the name another kind of values
        if (at < (times.get(twin) ?? -Infinity)) continue
        times.set(twin, at)
        values[twin] = value
      }
      return values
    },
  }
}
