import { conform } from '../../model/conform.ts'
import { isFloating, isIntegerType, toInteger } from '../../model/conform/numbers.ts'
import { shown } from '../../model/conform/shown.ts'
import type { Schema, Telemetry } from '../../model/model.ts'
import { encodeValue, toJsonText } from '../../twin/encode-value.ts'
import { storedKind } from '../../twin/stored-value.ts'
import type { SeriesKind, SeriesValue } from '../reading.ts'
import { seriesKind } from '../series-kind.ts'
import { convertUnit } from '../unit/convert-unit.ts'
import { isStorable } from './decode.ts'

/** One telemetry of a model, compiled: what its values must be, and how they are kept. */
export interface Channel {
  readonly telemetry: Telemetry
  readonly kind: SeriesKind
  /** The value as the store keeps it; a `Unfit` that says what was expected, where it is none of the schema. */
  readonly read: (value: unknown) => SeriesValue | Unfit
  /** From a unit into the model's. */
  readonly convert: (value: SeriesValue, unit: string) => SeriesValue | Unfit
}

/** Why a value cannot be taken. */
export class Unfit {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

export function toChannel(telemetry: Telemetry): Channel {
  const kind = seriesKind(telemetry.schema)
  return { telemetry, kind, read: reader(telemetry.schema, kind), convert: converter(telemetry, kind) }
}

const longestText = 65_536

/** The usual schemas have a short way: hundreds of thousands of values a second go through it. */
function reader(schema: Schema, kind: SeriesKind): Channel['read'] {
  if (schema.kind === 'primitive') {
    const { type } = schema
    if (type === 'double' || type === 'float') return (value) => (isFloating(type, value) ? Number(value) : new Unfit(`expected a number, got ${shown(value)}.`))
    if (type === 'boolean') return (value) => (typeof value === 'boolean' ? value : new Unfit(`expected true or false, got ${shown(value)}.`))
    if (isIntegerType(type) && kind === 'integer') return (value) => toInteger(type, value, true) ?? new Unfit(conform(schema, value, { longsAsStrings: true })[0]?.message ?? `expected ${type}.`)
  }
  return (value) => {
    const [problem] = conform(schema, value, { longsAsStrings: true })
    if (problem) return new Unfit(`${problem.path.length > 0 ? `at ${problem.path.join('.')}: ` : ''}${problem.message}`)
    const text = kind === 'json' ? toText(schema, value) : String(value)
    if (kind === 'integer') return BigInt(text)
    if (text.length > longestText) return new Unfit(`expected at most ${longestText} characters, got ${text.length}.`)
    return isStorable(text) ? text : new Unfit('expected Unicode text without the character of code 0.')
  }
}

const toText = (schema: Schema, value: unknown): string => (storedKind(schema) === 'json' ? String(encodeValue(schema, value)) : toJsonText(value))

function converter({ name, unit: target, schema }: Telemetry, kind: SeriesKind): Channel['convert'] {
  return (value, unit) => {
    if (unit === target) return value
    if (target === undefined) return new Unfit(`${name} has no unit in its model, so ${unit} cannot be converted. Send the value without a unit, or give the telemetry one.`)
    const toTarget = convertUnit(unit, target)
    if (!toTarget) return new Unfit(`${JSON.stringify(unit)} is no unit that can be converted to ${target}, the model's. Use a DTDL unit of the same quantity.`)
    if (kind !== 'float' && kind !== 'integer') return new Unfit(`${name} is no number, so its unit cannot be converted.`)
    const converted = toTarget(Number(value))
    if (kind === 'float') return Number.isFinite(converted) ? converted : new Unfit(`the value is beyond what a number holds in ${target}.`)
    const whole = schema.kind === 'primitive' && isIntegerType(schema.type) ? toInteger(schema.type, converted) : undefined
    return whole ?? new Unfit(`${String(value)} ${unit} is ${converted} ${target}, which is no whole number of its schema.`)
  }
}
