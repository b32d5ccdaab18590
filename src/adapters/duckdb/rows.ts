import type { NewReading, Quality, SeriesKey, SeriesKind, SeriesValue } from '../../telemetry/reading.ts'
import { isOfRun } from '../../telemetry/run-series.ts'

/** How values lie in a column: `num` are floats, `int` integers and booleans (0, 1), `text` strings and JSON. */
export const forms = ['num', 'int', 'text'] as const
export type Form = (typeof forms)[number]

/**
 * Every lane has tables of its own, so that no column holds nulls. What runs say is apart from everything else: whoever reads what was measured does not look
 * past millions of results, and to forget a run is to write results anew, not measurements.
 */
export const lanes = ['num', 'int', 'text', 'run_num', 'run_int', 'run_text'] as const
export type Lane = (typeof lanes)[number]

export const isLaneOfRuns = (lane: Lane): boolean => lane.startsWith('run_')

const formOfLane: Readonly<Record<Lane, Form>> = { num: 'num', int: 'int', text: 'text', run_num: 'num', run_int: 'int', run_text: 'text' }
export const formOf = (lane: Lane): Form => formOfLane[lane]

export const formOfKind = (kind: SeriesKind): Form => (kind === 'float' ? 'num' : kind === 'integer' || kind === 'boolean' ? 'int' : 'text')

export function laneOf(key: SeriesKey): Lane {
  const form = formOfKind(key.kind)
  return isOfRun(key) ? `run_${form}` : form
}

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
  const form = formOf(lane)
  const rows = {
    lane, late, length,
    series: new Int32Array(length), at: new Uint32Array(length * 2), received: new Uint32Array(length * 2),
    quality: new Uint8Array(length), origin: new Int32Array(length), sequence: new Uint32Array(length * 2),
    values: form === 'num' ? new Float64Array(length) : form === 'int' ? new BigInt64Array(length) : new Array<string>(length),
  }
  for (let index = 0; index < length; index++) {
    const { reading, series, origin, received } = placed[index] as Placed
    rows.series[index] = series
    setInt64(rows.at, index, reading.at)
    setInt64(rows.received, index, received)
    rows.quality[index] = toQualityCode(reading.quality)
    rows.origin[index] = origin
    setInt64(rows.sequence, index, reading.sequence ?? -1)
    if (form === 'num') rows.values[index] = reading.value as number
    else if (form === 'int') rows.values[index] = typeof reading.value === 'boolean' ? (reading.value ? 1n : 0n) : reading.value
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
