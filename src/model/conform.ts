import { parse } from 'lossless-json'
import { faultOfGeometry, geometryName } from './conform/geometry.ts'
import { isLexical } from './conform/lexical.ts'
import { isFloating, isIntegerType, toInteger } from './conform/numbers.ts'
import { isRecord, shown } from './conform/shown.ts'
import type { EnumSchema, ObjectSchema, PrimitiveType, Schema } from './model.ts'

/** What is wrong with a value, and where inside it. */
export interface ValueProblem {
  readonly path: readonly string[]
  readonly message: string
}

export interface ConformOptions {
  /** 64-bit integers may also come as decimal text, as GraphQL's `Long` carries them. */
  readonly longsAsStrings?: boolean
}

/**
 * Does a JSON value conform to a DTDL schema? DTDL v4, "Instance validation"; null never does. Empty: it does.
 * Numbers are JS numbers, bigints, or lossless-json's LosslessNumber, which alone tells `0.0` from `0`.
 */
export function conform(schema: Schema, value: unknown, { longsAsStrings = false }: ConformOptions = {}): readonly ValueProblem[] {
  const check: Check = { longsAsStrings, path: [], problems: [] }
  checkValue(schema, value, check)
  return check.problems
}

/** The same of JSON text, whose numbers are taken exactly as they are written. Text that is no JSON is a problem. */
export function conformText(schema: Schema, text: string, options: ConformOptions = {}): readonly ValueProblem[] {
  if (isDeeperThan(deepest, text)) return [{ path: [], message: `expected at most ${deepest} levels of arrays and objects.` }]
  try {
    return conform(schema, parse(text), options)
  } catch (error) {
    if (error instanceof SyntaxError) return [{ path: [], message: `expected JSON text: ${error.message.slice(0, 200)}.` }]
    throw error
  }
}

/** Values are not deeper: a model's schemas have at most 24 levels, but in DTDL v4 may contain themselves. */
const deepest = 64
/** More would help nobody. */
const mostProblems = 1_000

interface Check {
  readonly longsAsStrings: boolean
  /** Where the check is; changes as it goes. */
  readonly path: string[]
  readonly problems: ValueProblem[]
}

function checkValue(schema: Schema, value: unknown, check: Check): void {
  if (check.problems.length >= mostProblems) return
  if (check.path.length > deepest) return report(check, `expected at most ${deepest} levels of arrays and objects.`)
  switch (schema.kind) {
    case 'primitive': return expect(isPrimitive(schema.type, value, check), names[schema.type], value, check)
    case 'enum': return expect(isEnumValue(schema, value), choices(schema), value, check)
    case 'geospatial': return checkGeometry(faultOfGeometry(schema.type, value), geometryName(schema.type), value, check)
    case 'scaledDecimal': return isRecord(value) ? checkFields(scaledDecimal, value, check) : expect(false, 'an object { "scale": 2, "value": "3.14" }', value, check)
    case 'object': return isRecord(value) ? checkFields(schema, value, check) : expect(false, `an object (fields: ${listed(schema.fields)})`, value, check)
    case 'map': return isRecord(value) ? checkAll(schema.value, Object.entries(value), check) : expect(false, 'an object (a map)', value, check)
    case 'array': return Array.isArray(value) ? checkAll(schema.element, value.entries(), check) : expect(false, 'an array', value, check)
  }
}

const report = (check: Check, message: string): void => { check.problems.push({ path: [...check.path], message }) }

function expect(holds: boolean, expected: string, value: unknown, check: Check): void {
  if (!holds) report(check, `expected ${expected}, got ${shown(value)}.`)
}

function checkGeometry(fault: string | undefined, name: string, value: unknown, check: Check): void {
  expect(fault === undefined, `a GeoJSON ${name} with ${fault}`, value, check)
}

function checkAll(schema: Schema, items: Iterable<readonly [key: string | number, value: unknown]>, check: Check): void {
  for (const [key, item] of items) checkInside(schema, String(key), item, check)
}

function checkInside(schema: Schema, key: string, value: unknown, check: Check): void {
  check.path.push(key)
  checkValue(schema, value, check)
  check.path.pop()
}

function checkFields({ fields }: Pick<ObjectSchema, 'fields'>, value: Readonly<Record<string, unknown>>, check: Check): void {
  const byName = new Map(fields.map((field) => [field.name, field]))
  for (const [key, item] of Object.entries(value)) {
    const field = byName.get(key)
    if (field) checkInside(field.schema, key, item, check)
    else check.problems.push({ path: [...check.path, key], message: `unknown field ${shown(key)}; the fields are ${listed(fields)}.` })
  }
  for (const { name, required } of fields) if (required && !Object.hasOwn(value, name)) check.problems.push({ path: [...check.path, name], message: `the required field ${name} is missing; give it a value.` })
}

const listed = (fields: ObjectSchema['fields']): string => fields.slice(0, 20).map(({ name }) => name).join(', ') || 'none'

/** DTDL v4's standard schema: `value` × 10 to the power of `scale`. */
const scaledDecimal: Pick<ObjectSchema, 'fields'> = {
  fields: (['value', 'scale'] as const).map((name) => ({ name, schema: { kind: 'primitive', type: name === 'value' ? 'decimal' : 'short' }, required: false, displayName: new Map(), description: new Map() })),
}

const choices = ({ values }: EnumSchema): string =>
  values.length === 0 ? 'no value, for the enum is empty' : `one of ${values.slice(0, 20).map(({ value }) => JSON.stringify(value)).join(', ')}${values.length > 20 ? ', …' : ''}`

function isEnumValue({ valueType, values }: EnumSchema, value: unknown): boolean {
  if (valueType === 'string') return values.some((one) => one.value === value)
  const whole = toInteger('integer', value)
  return whole !== undefined && values.some((one) => one.value === Number(whole))
}

function isPrimitive(type: PrimitiveType, value: unknown, { longsAsStrings }: Check): boolean {
  if (isIntegerType(type)) return toInteger(type, value, longsAsStrings) !== undefined
  switch (type) {
    case 'boolean': return typeof value === 'boolean'
    case 'string': return typeof value === 'string'
    case 'double': case 'float': return isFloating(type, value)
    default: return typeof value === 'string' && isLexical[type](value)
  }
}

const names: Readonly<Record<PrimitiveType, string>> = {
  boolean: 'true or false', string: 'a string', double: 'a number (double)', float: 'a number (float, at most 3.4028235e38)',
  byte: 'an integer from -128 to 127', short: 'an integer from -32768 to 32767', integer: 'an integer of 32 bits', long: 'an integer of 64 bits',
  unsignedByte: 'an integer from 0 to 255', unsignedShort: 'an integer from 0 to 65535', unsignedInteger: 'an integer from 0 to 4294967295', unsignedLong: 'an integer from 0 to 18446744073709551615',
  date: 'a date such as "2026-03-01"', dateTime: 'an instant with its offset, such as "2026-03-01T06:30:00Z"', time: 'a time with its offset, such as "06:30:00Z"',
  duration: 'an ISO 8601 duration such as "PT15M"', decimal: 'a decimal number as a string, such as "0.10"', bytes: 'base64 text', uuid: 'a UUID as a string',
}

/** Without parsing, because parsers recurse. Brackets inside strings do not count. */
function isDeeperThan(limit: number, text: string): boolean {
  let depth = 0
  let isInString = false
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]
    if (isInString) {
      if (char === '\\') index += 1
      else if (char === '"') isInString = false
    } else if (char === '"') isInString = true
    else if (char === '[' || char === '{') depth += 1
    else if (char === ']' || char === '}') depth -= 1
    if (depth > limit) return true
  }
  return false
}
