import type { GeospatialType, PrimitiveType, Schema } from './model.ts'

/** What is wrong with a value, and where inside it. */
export interface ValueProblem {
  readonly path: readonly string[]
  readonly message: string
}

export interface ConformOptions {
  /** 64-bit integers may also come as decimal text, as GraphQL's `Long` carries them. */
  readonly longsAsStrings?: boolean
}

/** Does a JSON value conform to a DTDL schema? DTDL v4, "Instance validation"; null never does. Empty: it does. */
export function conform(schema: Schema, value: unknown, options: ConformOptions = {}): readonly ValueProblem[] {
  const problems: ValueProblem[] = []
  check(schema, value, [], options, problems, 0)
  return problems
}

/** Deeper than any model allows: v4 schemas may contain themselves. */
const deepest = 64

function check(schema: Schema, value: unknown, path: readonly string[], options: ConformOptions, problems: ValueProblem[], depth: number): void {
  const expect = (holds: boolean, expected: string): void => { if (!holds) problems.push({ path, message: `expected ${expected}, got ${shown(value)}.` }) }
  if (depth > deepest) return expect(false, `at most ${deepest} levels`)
  switch (schema.kind) {
    case 'primitive': return expect(isPrimitive(schema.type, value, options), primitives[schema.type])
    case 'enum': return expect(schema.values.some((one) => one.value === value), `one of ${schema.values.slice(0, 20).map((one) => JSON.stringify(one.value)).join(', ') || 'no value: the enum is empty'}`)
    case 'geospatial': return expect(isGeometry(schema.type, value), `a GeoJSON ${schema.type.charAt(0).toUpperCase()}${schema.type.slice(1)} with longitude first`)
    case 'scaledDecimal': return expect(isRecord(value) && Object.keys(value).every((key) => key === 'scale' || key === 'value') && isPrimitive('short', value['scale'], options) && isPrimitive('decimal', value['value'], options), 'an object { scale: short, value: decimal string }')
    case 'array':
      if (!Array.isArray(value)) return expect(false, 'an array')
      return value.forEach((item, index) => { check(schema.element, item, [...path, String(index)], options, problems, depth + 1) })
    case 'map':
      if (!isRecord(value)) return expect(false, 'an object (a map)')
      return Object.entries(value).forEach(([key, item]) => { check(schema.value, item, [...path, key], options, problems, depth + 1) })
    case 'object': {
      if (!isRecord(value)) return expect(false, 'an object')
      const fields = new Map(schema.fields.map((field) => [field.name, field]))
      for (const [key, item] of Object.entries(value)) {
        const field = fields.get(key)
        if (field) check(field.schema, item, [...path, key], options, problems, depth + 1)
        else problems.push({ path: [...path, key], message: `unknown field ${JSON.stringify(key.slice(0, 100))}; the fields are ${[...fields.keys()].slice(0, 20).join(', ')}.` })
      }
      for (const field of schema.fields) if (field.required && !Object.hasOwn(value, field.name)) problems.push({ path: [...path, field.name], message: `the required field ${field.name} is missing; give it a value.` })
    }
  }
}

const primitives: Readonly<Record<PrimitiveType, string>> = {
  boolean: 'true or false', string: 'a string', double: 'a number (double)', float: 'a number (float)',
  byte: 'an integer from -128 to 127', short: 'an integer from -32768 to 32767', integer: 'an integer of 32 bits', long: 'an integer of 64 bits',
  unsignedByte: 'an integer from 0 to 255', unsignedShort: 'an integer from 0 to 65535', unsignedInteger: 'an integer from 0 to 4294967295', unsignedLong: 'an integer from 0 to 18446744073709551615',
  date: 'a date, "2026-03-01"', dateTime: 'an instant with its offset, "2026-03-01T06:30:00Z"', time: 'a time with its offset, "06:30:00Z"', duration: 'an ISO 8601 duration, "PT15M"',
  decimal: 'a decimal number as a string, "0.10"', bytes: 'base64 text', uuid: 'a UUID as a string',
}

const ranges: Readonly<Partial<Record<PrimitiveType, readonly [bigint, bigint]>>> = {
  byte: [-128n, 127n], short: [-32768n, 32767n], integer: [-(2n ** 31n), 2n ** 31n - 1n], long: [-(2n ** 63n), 2n ** 63n - 1n],
  unsignedByte: [0n, 255n], unsignedShort: [0n, 65535n], unsignedInteger: [0n, 2n ** 32n - 1n], unsignedLong: [0n, 2n ** 64n - 1n],
}

function isPrimitive(type: PrimitiveType, value: unknown, options: ConformOptions): boolean {
  const range = ranges[type]
  if (range) {
    const whole = toInteger(type, value, options)
    return whole !== undefined && whole >= range[0] && whole <= range[1]
  }
  switch (type) {
    case 'boolean': return typeof value === 'boolean'
    case 'double': case 'float': return typeof value === 'number' && Number.isFinite(value)
    case 'string': return typeof value === 'string'
    default: return typeof value === 'string' && lexical[type as keyof typeof lexical](value)
  }
}

function toInteger(type: PrimitiveType, value: unknown, { longsAsStrings }: ConformOptions): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  if (longsAsStrings && typeof value === 'string' && (type === 'long' || type === 'unsignedLong') && /^-?\d{1,20}$/.test(value)) return BigInt(value)
  return undefined
}

const lexical = {
  date: isDate,
  time: (text: string): boolean => isTime(text),
  dateTime: (text: string): boolean => { const [day = '', clock = ''] = text.split(/[Tt]/, 2); return isDate(day) && isTime(clock) && text.split(/[Tt]/).length === 2 },
  duration: (text: string): boolean => /^P(?!$)(\d+(?:[.,]\d+)?Y)?(\d+(?:[.,]\d+)?M)?(\d+(?:[.,]\d+)?W)?(\d+(?:[.,]\d+)?D)?(T(?=\d)(\d+(?:[.,]\d+)?H)?(\d+(?:[.,]\d+)?M)?(\d+(?:[.,]\d+)?S)?)?$/.test(text),
  decimal: (text: string): boolean => /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text),
  bytes: (text: string): boolean => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  uuid: (text: string): boolean => /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text),
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (year === undefined) return false
  const date = new Date(Date.UTC(2000, Number(month) - 1, Number(day)))
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
}

function isTime(text: string): boolean {
  const [, hour, minute, second, , , offsetHour = '0', offsetMinute = '0'] = /^(\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-](\d\d):(\d\d))$/.exec(text) ?? []
  return hour !== undefined && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60 && Number(offsetHour) < 24 && Number(offsetMinute) < 60
}

/** How many arrays lie around a position: a Point's coordinates are one. */
const nesting: Readonly<Record<GeospatialType, number>> = { point: 0, multiPoint: 1, lineString: 1, multiLineString: 2, polygon: 2, multiPolygon: 3 }

function isGeometry(type: GeospatialType, value: unknown): boolean {
  return isRecord(value) && value['type'] === `${type.charAt(0).toUpperCase()}${type.slice(1)}` && Object.keys(value).every((key) => key === 'type' || key === 'coordinates') && isPosition(value['coordinates'], nesting[type])
}

function isPosition(value: unknown, levels: number): boolean {
  if (!Array.isArray(value)) return false
  if (levels > 0) return value.every((item) => isPosition(item, levels - 1))
  return (value.length === 2 || value.length === 3) && value.every((number) => typeof number === 'number' && Number.isFinite(number))
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

const shown = (value: unknown): string => {
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
