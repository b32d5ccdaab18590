/**
 * Telemetry in the system's own terms. Times are whole microseconds since 1970-01-01T00:00Z: JS numbers hold them exactly from 1684 to 2255.
 */
export type Microseconds = number

export type Quality = 'GOOD' | 'UNCERTAIN' | 'BAD'
export type Source = 'MEASURED' | 'SIMULATED' | 'PREDICTED' | 'DERIVED'

/**
 * How values of a series lie in the store.
 * | kind | values | DTDL schemas |
 * |---|---|---|
 * | float | number, finite | double, float |
 * | integer | bigint, 64 bits | byte … unsignedInteger, long, enums of integers |
 * | boolean | boolean | boolean |
 * | text | string, its lexical form | string, dates and times, uuid, decimal, duration, bytes, unsignedLong, enums of strings |
 * | json | string, JSON text | object, map, array, scaledDecimal, geospatial |
 */
export type SeriesKind = 'float' | 'integer' | 'boolean' | 'text' | 'json'
export type SeriesValue = number | bigint | boolean | string

/** Which series: what a twin measures, or what a run says it would. */
export interface SeriesKey {
  readonly twin: string
  /** The telemetry's name in the model. */
  readonly name: string
  readonly kind: SeriesKind
  readonly source: Source
  /** The run that made it; null for what was measured or derived. */
  readonly run: string | null
}

/** A reading on its way into the store: checked, in the series' unit. */
export interface NewReading {
  readonly series: SeriesKey
  /** When it was true. */
  readonly at: Microseconds
  readonly value: SeriesValue
  readonly quality: Quality
  /** The device or system that sent it. */
  readonly origin: string | null
  /** Counts the origin's messages; a safe integer. A reading of the same series, origin and sequence is a redelivery. */
  readonly sequence: number | null
}

/** A reading in the store. */
export interface Reading {
  readonly at: Microseconds
  readonly value: SeriesValue
  readonly quality: Quality
  /** When it became durable: strictly later than every batch before it, so that it is also the place in the order of receipt. */
  readonly receivedAt: Microseconds
  readonly origin: string | null
  readonly sequence: number | null
}

export const seriesKeyText = ({ twin, name, kind, source, run }: SeriesKey): string => JSON.stringify([twin, name, kind, source, run])
