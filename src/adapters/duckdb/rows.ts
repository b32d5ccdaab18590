import type { NewReading, Quality, SeriesKind, SeriesValue } from '../../telemetry/reading.ts'

/** Values of a kind lie together: `num` are floats, `int` integers and booleans (0, 1), `text` strings and JSON. Every lane has tables of its own, so that no column holds nulls. */
export const lanes = ['num', 'int', 'text'] as const
export type Lane = (typeof lanes)[number]

export const laneOf = (kind: SeriesKind): Lane => (kind === 'float' ? 'num' : kind === 'integer' || kind === 'boolean' ? 'int' : 'text')

/** Readings of one lane as columns, in the form in which both the log and DuckDB take them: 64-bit integers as pairs of 32 bits, low half first. */
export interface Rows {
  readonly lane: Lane
  /** Whether a reading of the same series may lie at the same time: then the one received last counts. */
  readonly late: boolean
  readonly length: number
  readonly series: Int32Array
  readonly at: Uint32Array
  readonly received: Uint32Array
  readonly quality: Uint8Array
  /** 0: none. */
  readonly origin: Int32Array
  /** -1: none. */
  readonly sequence: Uint32Array
  readonly values: Float64Array | BigInt64Array | readonly string[]
}

/** A reading that was decided on. */
export interface Placed {
  readonly reading: NewReading
  readonly series: number
  readonly origin: number
  readonly received: number
}

export function toRows(lane: Lane, late: boolean, placed: readonly Placed[]): Rows {
  const length = placed.length
  const rows = {
    lane, late, length,
    series: new Int32Array(length), at: new Uint32Array(length * 2), received: new Uint32Array(length * 2),
    quality: new Uint8Array(length), origin: new Int32Array(length), sequence: new Uint32Array(length * 2),
    values: lane === 'num' ? new Float64Array(length) : lane === 'int' ? new BigInt64Array(length) : new Array<string>(length),
  }
  for (let index = 0; index < length; index++) {
    const { reading, series, origin, received } = placed[index] as Placed
    rows.series[index] = series
    setInt64(rows.at, index, reading.at)
    setInt64(rows.received, index, received)
    rows.quality[index] = toQualityCode(reading.quality)
    rows.origin[index] = origin
    setInt64(rows.sequence, index, reading.sequence ?? -1)
    if (lane === 'num') rows.values[index] = reading.value as number
    else if (lane === 'int') rows.values[index] = typeof reading.value === 'boolean' ? (reading.value ? 1n : 0n) : reading.value
    else rows.values[index] = toStoredText(reading.value as string)
  }
  return rows
}

const qualities: readonly Quality[] = ['GOOD', 'UNCERTAIN', 'BAD']
export const toQualityCode = (quality: Quality): number => qualities.indexOf(quality)
export const fromQualityCode = (code: number): Quality => qualities[code] ?? 'BAD'

/** A stored value in the form of its series. */
export function fromLane(kind: SeriesKind, value: SeriesValue): SeriesValue {
  if (typeof value === 'string') return fromStoredText(value)
  return kind === 'boolean' ? BigInt(value) === 1n : value
}

/** DuckDB's Node client takes a byte-order mark at the beginning of a text for no part of it, so something stands before. */
export const toStoredText = (text: string): string => (text.startsWith('\uFEFF') || text.startsWith('=') ? `=${text}` : text)
export const fromStoredText = (text: string): string => (text.startsWith('=') ? text.slice(1) : text)

/** Writes a safe integer as 64 bits without making a bigint of it. */
export function setInt64(pairs: Uint32Array, index: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000)
  pairs[index * 2] = value - high * 0x1_0000_0000
  pairs[index * 2 + 1] = high
}

export const getInt64 = (pairs: Uint32Array, index: number): number => ((pairs[index * 2 + 1] ?? 0) | 0) * 0x1_0000_0000 + (pairs[index * 2] ?? 0)
