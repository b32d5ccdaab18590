import { formatDuration, parseDuration } from '../duration.ts'
import { parseLossless } from '../parse-lossless.ts'
import type { Microseconds, NewReading, Reading, SeriesKey, SeriesKind, SeriesValue } from '../reading.ts'
import type { Totals } from './totals.ts'

/**
 * How summaries of readings that were forgotten lie in the store: as readings of derived series beside the measured one, so that they are as durable as it is.
 * | run | at | value |
 * |---|---|---|
 * | `rollup:<length of a bucket>:<kind>`, such as `rollup:PT1H:float` | start of the bucket | its Totals as JSON; integers with all their digits |
 * | `rolled-up:<kind>` | 0, so that there is one | the series' Horizon as JSON |
 *
 * The kind is the measured series': another version of a model may give the same telemetry another one.
 */
export interface Horizon {
  /** No bucket begins at it or later. */
  readonly reach: Microseconds
  /** `state` tells of the readings before it. */
  readonly before: Microseconds
  /** Length of the buckets that were made last. */
  readonly every: Microseconds
  /**
   * ROLLED_UP: the readings before `before` that had been received when this was are in buckets, and may still be there themselves: they do not count twice.
   * FORGOTTEN: they are gone; what is there of earlier times came late and is in no bucket yet.
   */
  readonly state: 'ROLLED_UP' | 'FORGOTTEN'
}

const bucketRun = /^rollup:([^:]+):(\w+)$/

const beside = ({ twin, name }: SeriesKey, run: string): SeriesKey => ({ twin, name, kind: 'json', source: 'DERIVED', run })
export const bucketKey = (key: SeriesKey, every: Microseconds): SeriesKey => beside(key, `rollup:${formatDuration(every)}:${key.kind}`)
export const horizonKey = (key: SeriesKey): SeriesKey => beside(key, `rolled-up:${key.kind}`)

/** Of which measured series a series holds the buckets, and of which length; undefined where it holds none. */
export function bucketsOf({ twin, name, source, run }: SeriesKey): { readonly key: SeriesKey; readonly every: Microseconds } | undefined {
  const [, length = '', kind] = source === 'DERIVED' && run !== null ? bucketRun.exec(run) ?? [] : []
  const every = parseDuration(length)
  return every.ok ? { key: { twin, name, kind: kind as SeriesKind, source: 'MEASURED', run: null }, every: every.value } : undefined
}

/** Whether a series holds a Horizon. */
export const isHorizon = ({ source, run }: SeriesKey): boolean => source === 'DERIVED' && run?.startsWith('rolled-up:') === true

const derived = (series: SeriesKey, at: Microseconds, value: string): NewReading => ({ series, at, value, quality: 'GOOD', origin: null, sequence: null })

export const horizonReading = (key: SeriesKey, horizon: Horizon): NewReading => derived(horizonKey(key), 0, JSON.stringify(horizon))

export const readHorizon = ({ value }: Reading): Horizon => JSON.parse(String(value)) as Horizon

/** `series`: a `bucketKey`. */
export const bucketReading = (series: SeriesKey, from: Microseconds, totals: Totals): NewReading => derived(series, from, toText(totals))

/** By hand: a round writes many, and JSON.stringify knows no bigints. */
const toText = ({ count, received, first, last, min, max, sum, mean, m2 }: Totals): string =>
  `{"count":${count},${received === undefined ? '' : `"received":${received},`}"first":${json(first)},"last":${json(last)},"min":${json(min)},"max":${json(max)},"sum":${json(sum)},"mean":${json(mean)},"m2":${json(m2)}}`

const json = (value: SeriesValue | null): string => (typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value))

/** `kind`: of the series that the bucket is of. */
export function readBucket(kind: SeriesKind, { value }: Reading): Totals {
  const { count, received, first, last, min, max, sum, mean, m2 } = parseLossless(String(value)) as Totals
  const exact = (number: number | bigint | null): number | bigint | null => (number === null ? null : kind === 'integer' ? BigInt(number) : Number(number))
  const own = (one: SeriesValue): SeriesValue => (kind === 'integer' ? BigInt(one) : kind === 'float' ? Number(one) : one)
  const float = (number: number | null): number | null => (number === null ? null : Number(number))
  return { count: Number(count), received: received === undefined ? undefined : Number(received), first: own(first), last: own(last), min: exact(min), max: exact(max), sum: exact(sum), mean: float(mean), m2: float(m2) }
}
