import type { Microseconds, Reading, SeriesKey } from '../reading.ts'
import { endOfSight, isUnbounded } from '../sight.ts'
import type { ReadOptions, TelemetryStore } from '../telemetry-store.ts'
import type { RollupBook } from './rollup-book.ts'
import { bucketKey, readBucket } from './stored-bucket.ts'
import { unknownThen } from './stored-totals.ts'

/** Questions about the time before readings that are still there. Of a reading that is in a bucket the bucket's start is its time. */
export interface OldestReads extends Pick<TelemetryStore, 'latest' | 'latestBefore'> {
  /** Where each series begins: with its first reading, or the first bucket of what was rolled up; undefined for an empty one. */
  firstAt(series: readonly SeriesKey[], options?: ReadOptions): Promise<readonly (Microseconds | undefined)[]>
}

export function createOldestReads(store: Pick<TelemetryStore, 'readings' | 'latest' | 'latestBefore'>, book: RollupBook): OldestReads {
  const bucketsOf = (series: readonly SeriesKey[]): readonly { readonly index: number; readonly own: SeriesKey; readonly every: Microseconds; readonly key: SeriesKey }[] =>
    (book.size === 0 ? [] : series.flatMap((own, index) => (book.lengthsOf(own) ?? []).map((every) => ({ index, own, every, key: bucketKey(own, every) }))))

  /** Where no reading is left, the last of the last bucket that ends before the instant. */
  const withBuckets = async (series: readonly SeriesKey[], found: (Reading | undefined)[], before: Microseconds, { signal, knownUntil }: ReadOptions): Promise<readonly (Reading | undefined)[]> => {
    const buckets = bucketsOf(series).filter(({ index }) => found[index] === undefined)
    for (const [every, some] of Map.groupBy(buckets, (bucket) => bucket.every)) {
      const last = await store.latestBefore(some.map(({ key }) => key), before - every + 1, { signal })
      for (const [place, { index, own }] of some.entries()) found[index] = later(found[index], toReading(own, last[place], knownUntil))
    }
    return found
  }

  return {
    async firstAt(series, { signal, ...sight } = {}) {
      const buckets = bucketsOf(series)
      const firsts = await Promise.all([
        store.readings(series, { from: -Infinity, to: Infinity }, { first: 1, signal, ...sight }),
        buckets.length === 0 ? [] : store.readings(buckets.map(({ key }) => key), { from: -Infinity, to: Infinity }, { first: 1, signal, until: sight.until }),
      ])
      const times: (Microseconds | undefined)[] = series.map((_, index) => firsts[0][index]?.[0]?.at)
      for (const [place, { index }] of buckets.entries()) {
        const at = firsts[1][place]?.[0]?.at
        if (at !== undefined) times[index] = Math.min(at, times[index] ?? at)
      }
      return times
    },
    async latest(series, options = {}) {
      const found = await store.latest(series, options)
      return isUnbounded(options) ? found : await withBuckets(series, [...found], endOfSight(Infinity, options.until), options)
    },
    latestBefore: async (series, before, options = {}) => await withBuckets(series, [...await store.latestBefore(series, before, options)], endOfSight(before, options.until), options),
  }
}

function toReading(key: SeriesKey, bucket: Reading | undefined, knownUntil: Microseconds = Infinity): Reading | undefined {
  if (!bucket) return undefined
  const { last, received = bucket.receivedAt } = readBucket(key.kind, bucket)
  if (received > knownUntil) throw unknownThen(received)
  return { ...bucket, value: last, receivedAt: received }
}

const later = (left: Reading | undefined, right: Reading | undefined): Reading | undefined => (left && right ? (left.at < right.at ? right : left) : left ?? right)
