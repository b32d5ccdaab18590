import neo4j from 'neo4j-driver'
import type { StoredValue } from '../../twin/encode-value.ts'

const { Date: Neo4jDate, DateTime, Time, Point } = neo4j.types

/** A stored value as the driver sends it. Numbers go as FLOAT, bigints as INTEGER. */
export function toDriver(value: StoredValue | null): unknown {
  if (value === null || typeof value !== 'object') return value
  if (!('kind' in value)) return value.map((item) => toDriver(item))
  switch (value.kind) {
    case 'point': {
      const [longitude = 0, latitude = 0, height] = value.coordinates
      return height === undefined ? new Point(neo4j.int(4326), longitude, latitude) : new Point(neo4j.int(4979), longitude, latitude, height) // WGS 84 in two and three dimensions
    }
    case 'date': {
      const { year, month, day } = dayOf(value.text)
      return new Neo4jDate(year, month, day)
    }
    case 'time': return toTime(value.text)
    case 'dateTime': return toDateTime(value.text)
  }
}

export const toDriverColumns = (columns: Readonly<Record<string, StoredValue | null>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, toDriver(value)]))

/** `2026-03-01`, at the start of a date or an instant. */
function dayOf(text: string): { readonly year: number; readonly month: number; readonly day: number } {
  const [, year, month, day] = /^([+-]?\d+)-(\d\d)-(\d\d)/.exec(text) ?? []
  return { year: Number(year), month: Number(month), day: Number(day) }
}

interface Clock {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanosecond: number
  readonly offset: number
}

/** `06:30:00.25+01:00`. */
function clockOf(text: string): Clock {
  const [, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] = /(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text) ?? []
  const offset = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * 60 * (sign === '-' ? -1 : 1)
  return { hour: Number(hour), minute: Number(minute), second: Number(second), nanosecond: Number(fraction.slice(0, 9).padEnd(9, '0')), offset }
}

function toTime(text: string): unknown {
  const { hour, minute, second, nanosecond, offset } = clockOf(text)
  return new Time(hour, minute, second, nanosecond, offset)
}

function toDateTime(text: string): unknown {
  const { hour, minute, second, nanosecond, offset } = clockOf(text)
  const { year, month, day } = dayOf(text)
  return new DateTime(year, month, day, hour, minute, second, nanosecond, offset)
}
