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

/** Encodes a value that conforms to the schema. */
export function encodeValue(schema: Schema, value: unknown): StoredValue {
  const element = listElementKind(schema)
  if (element) return (value as readonly unknown[]).map((item) => encode(element, item))
  return encode(storedKind(schema), value)
}

function encode(kind: StoredKind, value: unknown): StoredValue {
  switch (kind) {
    case 'float': return Number(value)
    case 'integer': return BigInt(value as string | number | bigint)
    case 'boolean': return value as boolean
    case 'string': return String(value)
    case 'date': case 'time': case 'dateTime': return { kind, text: String(value) }
    case 'point': return { kind, coordinates: (value as { coordinates: readonly number[] }).coordinates }
    case 'json': return JSON.stringify(value)
  }
}
