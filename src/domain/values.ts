import type { Schema } from '../model/model.ts'
import { listElementKind, type StoredKind, storedKind } from '../twin/stored-value.ts'

/**
 * From what Neo4j returns to what GraphQL's scalars take. The shapes are the driver's, known by their fields only:
 * temporal values, points; everything else is plain.
 */
export type Read = (stored: unknown) => unknown

/** How to read a property of the schema; undefined where the stored value is the result already. */
export function readStored(schema: Schema): Read | undefined {
  const element = listElementKind(schema)
  if (element) {
    const read = byKind[element]
    return read && ((stored) => (Array.isArray(stored) ? stored.map(read) : stored))
  }
  return byKind[storedKind(schema)]
}

/** A stored value in DTDL's JSON form: 64-bit integers as numbers where they are exact, else as text. */
export function toJson(schema: Schema, stored: unknown): unknown {
  if (typeof stored === 'string' && storedKind(schema) === 'integer') return Number.isSafeInteger(Number(stored)) ? Number(stored) : stored
  if (Array.isArray(stored) && schema.kind === 'array') return stored.map((item) => toJson(schema.element, item))
  const read = readStored(schema)
  return read ? read(stored) : stored
}

const byKind: Readonly<Record<StoredKind, Read | undefined>> = {
  float: undefined, integer: undefined, boolean: undefined, string: undefined,
  date: (stored) => (isTemporal(stored) ? toDateText(stored) : stored),
  time: (stored) => (isTemporal(stored) ? toTimeText(stored) + toOffsetText(stored.timeZoneOffsetSeconds) : stored),
  dateTime: readDateTime,
  point: (stored) => (isPoint(stored) ? { type: 'Point', coordinates: stored.z === undefined ? [stored.x, stored.y] : [stored.x, stored.y, stored.z] } : stored),
  json: (stored) => (typeof stored === 'string' ? JSON.parse(stored) as unknown : stored),
}

export const readKind = (kind: StoredKind): Read | undefined => byKind[kind]

/** ISO 8601, with the offset it was stored with and no more decimals of a second than it needs. */
export function readDateTime(stored: unknown): unknown {
  return isTemporal(stored) ? `${toDateText(stored)}T${toTimeText(stored)}${toOffsetText(stored.timeZoneOffsetSeconds)}` : stored
}

interface Temporal {
  readonly year?: number
  readonly month?: number
  readonly day?: number
  readonly hour?: number
  readonly minute?: number
  readonly second?: number
  readonly nanosecond?: number
  readonly timeZoneOffsetSeconds?: number
}

function isTemporal(value: unknown): value is Temporal {
  return typeof value === 'object' && value !== null && ('year' in value || 'hour' in value)
}

function isPoint(value: unknown): value is { readonly x: number; readonly y: number; readonly z?: number } {
  return typeof value === 'object' && value !== null && 'srid' in value
}

const padded = (value: number | undefined, width = 2): string => String(value ?? 0).padStart(width, '0')

function toDateText({ year = 0, month, day }: Temporal): string {
  const text = year < 0 ? `-${padded(-year, 6)}` : year > 9999 ? `+${padded(year, 6)}` : padded(year, 4)
  return `${text}-${padded(month)}-${padded(day)}`
}

function toTimeText({ hour, minute, second, nanosecond }: Temporal): string {
  const fraction = nanosecond ? `.${padded(nanosecond, 9).replace(/0+$/, '')}` : ''
  return `${padded(hour)}:${padded(minute)}:${padded(second)}${fraction}`
}

function toOffsetText(seconds = 0): string {
  if (seconds === 0) return 'Z'
  const minutes = Math.trunc(Math.abs(seconds) / 60)
  return `${seconds < 0 ? '-' : '+'}${padded(Math.trunc(minutes / 60))}:${padded(minutes % 60)}`
}
