import type { Schema } from '../model/model.ts'
/**
 * How a DTDL value lies in Neo4j:
 * | schema | stored as |
 * |---|---|
 * | double, float | FLOAT |
 * | byte … unsignedInteger, long, enum of integers | INTEGER |
 * | boolean, date, dateTime, time | BOOLEAN, DATE, ZONED DATETIME, ZONED TIME |
 * | string, uuid, enum of strings | STRING |
 * | unsignedLong, decimal, duration, bytes | STRING, the lexical form: no native type keeps it |
 * | point | POINT (WGS 84, longitude first) |
 * | array of those (points apart) | LIST |
 * | object, map, scaledDecimal, other geospatial, other arrays | STRING, JSON text; a map also keeps `_keys_<name>` LIST<STRING> for its `hasKey` filter |
 */
export type StoredKind = 'float' | 'integer' | 'boolean' | 'date' | 'dateTime' | 'time' | 'string' | 'point' | 'json'

export function storedKind(schema: Schema): StoredKind {
  switch (schema.kind) {
    case 'primitive':
      switch (schema.type) {
        case 'double': case 'float': return 'float'
        case 'byte': case 'short': case 'integer': case 'long': case 'unsignedByte': case 'unsignedShort': case 'unsignedInteger': return 'integer'
        case 'boolean': case 'date': case 'dateTime': case 'time': return schema.type
        case 'string': case 'uuid': case 'unsignedLong': case 'decimal': case 'duration': case 'bytes': return 'string'
      }
    case 'enum': return schema.valueType === 'integer' ? 'integer' : 'string'
    case 'geospatial': return schema.type === 'point' ? 'point' : 'json'
    case 'array': case 'map': case 'object': case 'scaledDecimal': return 'json'
  }
}

/** The stored kind of the elements, where an array is stored as a native list. */
export function listElementKind(schema: Schema): Exclude<StoredKind, 'json'> | undefined {
  if (schema.kind !== 'array') return undefined
  const kind = storedKind(schema.element)
  return kind === 'json' || kind === 'point' ? undefined : kind
}
