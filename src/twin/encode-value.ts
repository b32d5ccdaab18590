import type { Schema } from '../model/model.ts'
import { listElementKind, type StoredKind, storedKind } from './stored-value.ts'

/** A value as it will lie in Neo4j, in terms that need no driver: integers as bigint, temporal values and places tagged. */
export type StoredValue = string | number | boolean | bigint | TemporalValue | PointValue | readonly StoredValue[]

export interface TemporalValue {
  readonly kind: 'date' | 'time' | 'dateTime'
  /** ISO 8601. */
  readonly text: string
}

export interface PointValue {
  readonly kind: 'point'
  /** Longitude, latitude in degrees, and height in metres where there is one. */
  readonly coordinates: readonly number[]
}

/** Encodes a value that conforms to the schema. Numbers may be JS numbers, bigints, or anything whose text is the number. */
export function encodeValue(schema: Schema, value: unknown): StoredValue {
  const element = listElementKind(schema)
  if (element) return (value as readonly unknown[]).map((item) => encode(element, item))
  const kind = storedKind(schema)
  return kind === 'json' ? JSON.stringify(plainJson(schema, value)) : encode(kind, value)
}

/**
 * The value as JSON can carry it, as its schema has it, so that what is read back conforms as well: 64-bit integers as numbers where those are exact,
 * else as text; floating-point numbers as numbers.
 */
function plainJson(schema: Schema, value: unknown): unknown {
  switch (schema.kind) {
    case 'array': return (value as readonly unknown[]).map((item) => plainJson(schema.element, item))
    case 'map': return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, plainJson(schema.value, item)]))
    case 'object': {
      const fields = new Map(schema.fields.map((field) => [field.name, field.schema]))
      return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, plainField(fields.get(key), item)]))
    }
    case 'primitive': case 'enum': {
      const kind = storedKind(schema)
      return kind === 'integer' || (schema.kind === 'primitive' && schema.type === 'unsignedLong') ? exactNumber(String(value)) : kind === 'float' ? Number(value) : value
    }
    case 'scaledDecimal': case 'geospatial': return value
  }
}

const plainField = (schema: Schema | undefined, value: unknown): unknown => (schema ? plainJson(schema, value) : value)

const exactNumber = (digits: string): number | string => (Number.isSafeInteger(Number(digits)) ? Number(digits) : digits)

/** JSON text of a client's JSON as it came; integers that a number cannot hold keep their digits. */
export const toJsonText = (value: unknown): string => JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? exactNumber(String(part)) : part))

function encode(kind: Exclude<StoredKind, 'json'>, value: unknown): StoredValue {
  switch (kind) {
    case 'float': return Number(value)
    case 'integer': return BigInt(String(value))
    case 'boolean': return value as boolean
    case 'string': return String(value)
    case 'date': case 'time': case 'dateTime': return { kind, text: String(value) }
    case 'point': return { kind, coordinates: (value as { coordinates: readonly number[] }).coordinates }
  }
}
