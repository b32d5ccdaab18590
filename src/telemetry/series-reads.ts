import type { Reading, SeriesKey, Source } from './reading.ts'
import type { OldestReads } from './retention/oldest-reads.ts'
import { isUnbounded } from './sight.ts'
import type { PageOptions, Sight, TelemetryStore, TimeRange, UnboundedOptions } from './telemetry-store.ts'

/** A store that can be asked of times whose readings were rolled up and forgotten, too. */
export type SeriesStore = Pick<TelemetryStore, 'latest' | 'latestBefore' | 'readings' | 'summaries' | 'rollup'> & Pick<OldestReads, 'firstAt'>

/** A reading as it is seen from somewhere. */
export interface SeenReading extends Reading {
  /** Where it comes from, where that is not what its series says. */
  readonly source?: Source
}

/** Readings as they are seen from one vantage. Otherwise as TelemetryStore; throws BAD_USER_INPUT where what was known of forgotten readings is asked for. */
export interface SeriesReads extends Pick<SeriesStore, 'summaries' | 'rollup' | 'firstAt'> {
  latest(series: readonly SeriesKey[], options?: UnboundedOptions): Promise<readonly (SeenReading | undefined)[]>
  latestBefore(series: readonly SeriesKey[], before: number, options?: UnboundedOptions): Promise<readonly (SeenReading | undefined)[]>
  readings(series: readonly SeriesKey[], range: TimeRange, options: Pick<PageOptions, 'first' | 'after' | 'signal'>): Promise<readonly (readonly SeenReading[])[]>
}

/** What of a store is in sight. */
export function readsInSight(store: SeriesStore, sight: Sight): SeriesReads {
  if (isUnbounded(sight)) return store
  return {
    latest: (series, options) => store.latest(series, { ...options, ...sight }),
    latestBefore: (series, before, options) => store.latestBefore(series, before, { ...options, ...sight }),
    readings: (series, range, options) => store.readings(series, range, { ...options, ...sight }),
    summaries: (series, buckets, options) => store.summaries(series, buckets, { ...options, ...sight }),
    rollup: (groups, buckets, aggregate, options) => store.rollup(groups, buckets, aggregate, { ...options, ...sight }),
    firstAt: (series, options) => store.firstAt(series, { ...options, ...sight }),
  }
}
