import type { Microseconds, NewReading, Reading, SeriesKey, SeriesValue } from './reading.ts'

/** `[from, to)`, half-open. */
export interface TimeRange {
  readonly from: Microseconds
  readonly to: Microseconds
}

/** What became of a batch. `outcomes[i]` is of `readings[i]`. */
export interface Appended {
  readonly outcomes: readonly Outcome[]
  /** The batch's place in the order of receipt: the greatest `receivedAt` of what it stored. Reading with `after: cursor` goes on behind it; of a batch of duplicates, a place behind everything before. */
  readonly cursor: Microseconds
}

/**
 * `stored`: new, or in the place of a reading of the same series and time, as the last one received wins. `duplicate`: a redelivery that changes nothing:
 * the origin's sequence number was seen on this series, and the time is not later than every time the origin gave before. (A device that starts to count
 * again after a restart sends later times with earlier numbers; those are stored.)
 */
export type Outcome = 'stored' | 'duplicate'

/** Cut into `[from, from + width)`, `[from + width, from + 2 width)` … up to `to`; the last may be shorter. */
export interface Buckets extends TimeRange {
  readonly width: Microseconds
}

/** A summary of the readings in a bucket. Empty buckets are left out. `number`s are null for text and JSON. Booleans count as 0 and 1. */
export interface Summary {
  /** Start of the bucket. */
  readonly from: Microseconds
  readonly count: number
  /** When the last of them was received. */
  readonly received: Microseconds
  /** By time; of every kind. */
  readonly first: SeriesValue
  readonly last: SeriesValue
  /** Of integers a bigint, without loss; of floats a number; of booleans, text and JSON null. */
  readonly min: number | bigint | null
  readonly max: number | bigint | null
  readonly sum: number | bigint | null
  readonly mean: number | null
  /** Of the sample (n - 1); null for fewer than two. */
  readonly stddev: number | null
  /** One for each quantile that was asked for: linear between neighbours (type 7 of Hyndman and Fan). */
  readonly quantiles: readonly (number | null)[]
}

export type Aggregate = 'MEAN' | 'SUM' | 'MIN' | 'MAX' | 'COUNT' | 'FIRST' | 'LAST'

/**
 * What a roll-up says of a group in a bucket: first each series is summarised, then `value` aggregates over the readings of all series of the group,
 * each reading counting once. FIRST and LAST are by time.
 */
export interface RollupBucket {
  readonly from: Microseconds
  readonly count: number
  readonly value: number | null
}

/** From where readings are looked at. Both bounds are included; undefined bounds nothing. */
export interface Sight {
  /** Readings with a later `at` are not there yet. */
  readonly until?: Microseconds | undefined
  /** Readings received later are not known yet: of several of one series and time that one counts which was the last received by then, though it was replaced since. */
  readonly knownUntil?: Microseconds | undefined
}

export interface ReadOptions extends Sight {
  readonly signal?: AbortSignal | undefined
}

/** Of questions about the store itself, which nobody asks of the past. */
export type UnboundedOptions = Pick<ReadOptions, 'signal'>

export interface ReceivedOptions extends UnboundedOptions {
  /** Without what runs say, of which there may be far more than of everything else. */
  readonly withoutRuns?: boolean | undefined
}

export interface SeriesOptions extends ReadOptions {
  /** Only measured series of this name. */
  readonly measured?: string | undefined
  /** Throws LIST_TOO_LONG where there are more, whether they have a reading in sight or not. */
  readonly most?: number | undefined
}

/** `value × scale + shift`, in the place of a series' values. */
export interface Affine {
  readonly scale: number
  readonly shift: number
}

export interface RollupOptions extends ReadOptions {
  /** What becomes of the values of some series, by `seriesKeyText`, before they are put together. */
  readonly affine?: ReadonlyMap<string, Affine> | undefined
  /** Series, by `seriesKeyText`, that `knownUntil` does not bound: nobody received what they say. */
  readonly alwaysKnown?: ReadonlySet<string> | undefined
}

export interface PageOptions extends ReadOptions {
  /** At most so many, for each series. */
  readonly first: number
  /** The time of the last reading of the page before: only later ones. */
  readonly after?: Microseconds | undefined
}

/** How long readings are kept: those of the series with `at` before the time are forgotten. */
export interface Retention {
  readonly series: readonly SeriesKey[]
  readonly before: Microseconds
}

/** A reading and whose it is, in the order of receipt. */
export interface Received extends Reading {
  readonly series: SeriesKey
}

export interface TelemetryHealth {
  /** Whether readings can be stored. Not, for example, while the disk is full. */
  readonly isWritable: boolean
  /** What is wrong and what to do; undefined while all is well. */
  readonly problem: string | undefined
  /** Readings not merged yet, and how many there are in all, about. */
  readonly unmerged: number
  readonly stored: number
  readonly bytesOnDisk: number
}

/**
 * Every reading of a tenant. One reading for a series and a time. Methods that read take many series and answer in their order; a series nobody ever wrote
 * is empty. What was replaced is kept as long as what replaced it, for those who ask with `knownUntil`. They throw failures: STORE_UNAVAILABLE, TELEMETRY_UNAVAILABLE, TIMEOUT; an abort rejects with the signal's reason.
 */
export interface TelemetryStore extends AsyncDisposable {
  /** Resolves when the batch is durable and seen by every read. Rejects when it may not be; sending it again changes nothing. Of two readings of one series and time in a batch the later in the list wins. */
  append(readings: readonly NewReading[]): Promise<Appended>
  /** The reading with the greatest `at`. */
  latest(series: readonly SeriesKey[], options?: ReadOptions): Promise<readonly (Reading | undefined)[]>
  /** The last reading before the instant, for each series. */
  latestBefore(series: readonly SeriesKey[], before: Microseconds, options?: ReadOptions): Promise<readonly (Reading | undefined)[]>
  /** In order of time. */
  readings(series: readonly SeriesKey[], range: TimeRange, options: PageOptions): Promise<readonly (readonly Reading[])[]>
  /** `quantiles`: each from 0 to 1. */
  summaries(series: readonly SeriesKey[], buckets: Buckets, options?: ReadOptions & { readonly quantiles?: readonly number[] }): Promise<readonly (readonly Summary[])[]>
  /** One answer a group, each over all its series; floats, integers and booleans only. */
  rollup(groups: readonly (readonly SeriesKey[])[], buckets: Buckets, aggregate: Aggregate, options?: RollupOptions): Promise<readonly (readonly RollupBucket[])[]>
  /** What was received after a cursor, by receipt; at most `limit`, but always whole batches, so that it goes on behind the last one's `receivedAt`. */
  received(after: Microseconds, limit: number, options?: ReceivedOptions): Promise<readonly Received[]>
  /** The place of the last batch stored; 0 where there is none. */
  head(): Promise<Microseconds>
  /** Every series that has a reading, with its latest one. */
  series(options?: SeriesOptions): Promise<readonly { readonly key: SeriesKey; readonly latest: Reading }[]>
  /** Forgets readings; resolves to how many. */
  forget(retention: readonly Retention[]): Promise<number>
  /** Forgets all that runs say, and members of them, `<run>:<member>`; resolves to how many readings. They write nothing any more: what comes all the same may stay. */
  forgetRuns(runs: readonly string[]): Promise<number>
  health(): TelemetryHealth
}
