import type { Microseconds, Reading, SeriesKey } from '../reading.ts'
import type { ReadOptions, TelemetryStore } from '../telemetry-store.ts'
import type { RollupBook } from './rollup-book.ts'
import { bucketKey, readBucket } from './stored-bucket.ts'

export interface OldestReads extends Pick<TelemetryStore, 'latestBefore'> {
  /** Where each series begins: with its first reading, or the first bucket of what was rolled up; undefined for an empty one. */
  firstAt(series: readonly SeriesKey[], options?: ReadOptions): Promise<readonly (Microseconds | undefined)[]>
}

/** Questions about the time before readings that are still there. Of a reading that is in a bucket the bucket's start is its time. */
export function createOldestReads(store: Pick<TelemetryStore, 'readings' | 'latestBefore'>, book: RollupBook): OldestReads {
  const bucketsOf = (series: readonly SeriesKey[]): readonly { readonly index: number; readonly own: SeriesKey; readonly every: Microseconds; readonly key: SeriesKey }[] =>
    (book.size === 0 ? [] : series.flatMap((own, index) => (book.lengthsOf(own) ?? []).map((every) => ({ index, own, every, key: bucketKey(own, every) }))))

  return {
    async firstAt(series, { signal } = {}) {
      const buckets = bucketsOf(series)
      const firsts = await store.readings([...series, ...buckets.map(({ key }) => key)], { from: -Infinity, to: Infinity }, { first: 1, signal })
      const times: (Microseconds | undefined)[] = series.map((_, index) => firsts[index]?.[0]?.at)
      for (const [place, { index }] of buckets.entries()) {
        const at = firsts[series.length + place]?.[0]?.at
        if (at !== undefined) times[index] = Math.min(at, times[index] ?? at)
      }
      return times
    },
    async latestBefore(series, before, { signal } = {}) {
      const found = [...await store.latestBefore(series, before, { signal })]
      const buckets = bucketsOf(series).filter(({ index }) => found[index] === undefined)
      for (const [every, some] of Map.groupBy(buckets, (bucket) => bucket.every)) {
        const last = await store.latestBefore(some.map(({ key }) => key), before - every + 1, { signal }) // buckets that end before it
        for (const [place, { index, own }] of some.entries()) found[index] = later(found[index], toReading(own, last[place]))
      }
      return found
    },
  }
}

const toReading = (key: SeriesKey, bucket: Reading | undefined): Reading | undefined => bucket && { ...bucket, value: readBucket(key.kind, bucket).last }

const later = (left: Reading | undefined, right: Reading | undefined): Reading | undefined => (left && right ? (left.at < right.at ? right : left) : left ?? right)
