import { type Failure, failure } from '../../errors.ts'
import { formatInstant } from '../instant.ts'
import type { Microseconds, SeriesKey } from '../reading.ts'
import type { Buckets, ReadOptions, TelemetryStore, TimeRange } from '../telemetry-store.ts'
import { bucketStart } from './asked-buckets.ts'
import type { RollupBook } from './rollup-book.ts'
import { bucketKey, readBucket } from './stored-bucket.ts'
import { combine, type Totals } from './totals.ts'

/** Stored buckets put together, with the starts of the first and the last of them. */
export interface Stored {
  readonly totals: Totals
  readonly first: Microseconds
  readonly last: Microseconds
}

/** Readings that are asked for at once. */
const pageOfAll = 50_000

/**
 * The stored buckets of series, put together into the asked ones by their starts. A stored bucket counts where it begins: exact where the asked ones are
 * multiples of it on its grid. `horizons`: when what is known of each series was received; undefined where a bucket is younger than that, so that its
 * readings might be counted twice. Buckets that end behind the sight are left out: some of their readings are later. Throws BAD_USER_INPUT where some were received
 * later than what is asked about: what was known before cannot be told any more.
 */
export async function storedTotals(series: readonly SeriesKey[], horizons: readonly Microseconds[], buckets: Buckets, { store, book }: { readonly store: Pick<TelemetryStore, 'readings'>; readonly book: RollupBook }, { signal, until = Infinity, knownUntil = Infinity }: ReadOptions): Promise<readonly ReadonlyMap<Microseconds, Stored>[] | undefined> {
  const totals = series.map(() => new Map<Microseconds, Stored>())
  let isYounger = false
  const stored = series.flatMap((key, index) => (book.lengthsOf(key) ?? []).map((every) => ({ index, kind: key.kind, every, key: bucketKey(key, every) })))
  await eachReading(stored.map(({ key }) => key), buckets, store, { signal }, (place, reading) => {
    const { index, kind, every } = stored[place] ?? { index: 0, kind: 'json', every: 0 }
    isYounger ||= reading.receivedAt > (horizons[index] ?? 0)
    if (reading.at + every > until + 1) return
    const start = bucketStart(reading.at, buckets)
    const known = totals[index]?.get(start)
    const bucket = readBucket(kind, reading)
    if ((bucket.received ?? reading.receivedAt) > knownUntil) throw unknownThen(bucket.received ?? reading.receivedAt)
    const own: Stored = { totals: bucket, first: reading.at, last: reading.at }
    totals[index]?.set(start, known ? joined(known, own) : own)
  })
  return isYounger ? undefined : totals
}

/** Of readings that were forgotten it is known only what they came to when they were. */
export const unknownThen = (received: Microseconds): Failure => failure('BAD_USER_INPUT', {
  message: `Readings of that time were rolled up and forgotten, and some were received as late as ${formatInstant(received)}: what was known of them before cannot be told any more. Ask with a later knownAt, of a later time, or without knownAt.`,
})

/** Buckets of one length come in order of time; those of several need not. */
function joined(left: Stored, right: Stored): Stored {
  const [earlier, later] = [right.first < left.first ? right : left, right.last < left.last ? left : right]
  return { totals: { ...combine(left.totals, right.totals), first: earlier.totals.first, last: later.totals.last }, first: earlier.first, last: later.last }
}

/** Every reading in a range, however many, in order of time for each series. */
async function eachReading(series: readonly SeriesKey[], { from, to }: TimeRange, store: Pick<TelemetryStore, 'readings'>, { signal }: ReadOptions, take: (index: number, reading: Awaited<ReturnType<TelemetryStore['readings']>>[number][number]) => void): Promise<void> {
  let open = series.map((key, index) => ({ key, index, next: from }))
  while (open.length > 0) {
    const first = Math.max(100, Math.floor(pageOfAll / open.length))
    const pages = await store.readings(open.map(({ key }) => key), { from: Math.min(...open.map(({ next }) => next)), to }, { first, signal })
    open = open.flatMap((one, place) => {
      const page = pages[place] ?? []
      for (const reading of page) if (reading.at >= one.next) take(one.index, reading)
      const last = page.at(-1)
      return last && page.length >= first ? [{ ...one, next: Math.max(one.next, last.at + 1) }] : []
    })
  }
}
