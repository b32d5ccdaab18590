import { type ErrorObject, Ajv2020 } from 'ajv/dist/2020.js'
import { areCommensurable, convertUnit } from '../telemetry/unit/convert-unit.ts'
import type { Json } from '../util/json.ts'
import { nearest } from '../util/nearest.ts'
import type { EngineIssue } from './engine-issue.ts'

export type CheckedParameters =
  | { readonly ok: true; readonly parameters: Readonly<Record<string, Json>> }
  | { readonly ok: false; readonly issues: readonly EngineIssue[] }

type Members = { readonly [name: string]: Json }

/** Schemas are compiled once; engines keep theirs. */
const compiled = new WeakMap<object, ReturnType<Ajv2020['compile']>>()

/**
 * Parameters as an engine takes them: quantities `{ value, unit }` in the unit of its schema, defaults filled in, all that is wrong at once.
 * `schema`: JSON Schema (2020-12) with `unit` beside `type: number`, DTDL's name.
 */
export function checkParameters(schema: Json, given: Json): CheckedParameters {
  if (!isMembers(given)) return { ok: false, issues: [{ code: 'WRONG_TYPE', message: 'parameters is an object, of names and values.', path: ['parameters'] }] }
  const issues: EngineIssue[] = []
  const parameters = toPlain(schema, given, ['parameters'], issues) as Record<string, Json>
  const validate = validatorOf(schema)
  if (validate(parameters) && issues.length === 0) return { ok: true, parameters }
  return { ok: false, issues: [...issues.slice(0, mostIssues), ...toIssues((validate.errors ?? []).filter(isTelling), schema)] }
}

/** A client is told of so many at once, and of what may have been meant by so many: looking for that takes time. */
const [mostIssues, mostHints] = [1_000, 20]

function toIssues(errors: readonly ErrorObject[], schema: Json): readonly EngineIssue[] {
  const issues = errors.slice(0, mostIssues).map((error, index) => toIssue(error, schema, index < mostHints))
  return errors.length <= mostIssues ? issues : [...issues, { code: 'WRONG_TYPE', path: ['parameters'], message: `${errors.length - mostIssues} more things are wrong with the parameters. Mend these and try again.` }]
}

function validatorOf(schema: Json): ReturnType<Ajv2020['compile']> {
  if (!isMembers(schema)) throw new TypeError('An engine described its parameters by something that is no JSON Schema.')
  const known = compiled.get(schema)
  if (known) return known
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strict: false, validateFormats: false, verbose: true })
  const fresh = ajv.compile(schema)
  compiled.set(schema, fresh)
  return fresh
}

/** A copy, with numbers in the place of quantities. Follows `properties`, `additionalProperties`, `items`; what is wrong with the shape is the validator's to say. */
function toPlain(schema: Json | undefined, value: Json, path: readonly string[], issues: EngineIssue[]): Json {
  if (isList(value)) {
    const items = isMembers(schema) ? schema['items'] : undefined
    return value.map((each, index) => toPlain(items, each, [...path, String(index)], issues))
  }
  if (!isMembers(value)) return value
  const unit = isMembers(schema) ? schema['unit'] : undefined
  if (typeof unit === 'string' && isQuantity(value)) return toUnit(value, unit, path, issues)
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toPlain(memberOf(schema, name), each, [...path, name], issues)]))
}

function memberOf(schema: Json | undefined, name: string): Json | undefined {
  if (!isMembers(schema)) return undefined
  const { properties, additionalProperties } = schema
  return isMembers(properties) && Object.hasOwn(properties, name) ? properties[name] : additionalProperties
}

function toUnit({ value, unit: from }: { readonly value: number; readonly unit: string }, to: string, path: readonly string[], issues: EngineIssue[]): number {
  if (from === to) return value
  const convert = areCommensurable(from, to) ? convertUnit(from, to) : undefined
  if (convert) return convert(value)
  issues.push({ code: 'WRONG_UNIT', path, message: `${path.join('.')} is in ${JSON.stringify(from)}; give it in ${to}, or in another unit of the same quantity, by its DTDL name.` })
  return value
}

/** That a condition led somewhere is said by what is wrong there. */
const isTelling = ({ keyword }: ErrorObject): boolean => keyword !== 'if'

const bounds: ReadonlySet<string> = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'multipleOf'])

function toIssue({ keyword, instancePath, params, message, parentSchema }: ErrorObject, schema: Json, isHinted: boolean): EngineIssue {
  const path = ['parameters', ...instancePath.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))]
  const where = path.join('.')
  if (keyword === 'additionalProperties') {
    const name = String((params as { readonly additionalProperty?: unknown }).additionalProperty)
    const known = Object.keys((parentSchema?.['properties'] ?? {}) as object)
    const near = isHinted ? nearest(name, known) : undefined
    return { code: 'UNKNOWN_PARAMETER', path: [...path, name], message: `${where} has no ${JSON.stringify(name.slice(0, 80))}.${near !== undefined ? ` Did you mean ${near}?` : isHinted ? ` It has ${known.join(', ')}.` : ''}` }
  }
  if (keyword === 'required') {
    const name = String((params as { readonly missingProperty?: unknown }).missingProperty)
    return { code: 'MISSING_INPUT', path: [...path, name], message: `${[...path, name].join('.')} is missing.${describe(schema, [...path, name])}` }
  }
  const unit = typeof parentSchema?.['unit'] === 'string' ? ` (in ${parentSchema['unit']})` : ''
  const allowed = keyword === 'enum' ? `: ${((params as { readonly allowedValues?: readonly unknown[] }).allowedValues ?? []).map(String).join(', ')}` : ''
  return { code: bounds.has(keyword) ? 'OUT_OF_BOUNDS' : 'WRONG_TYPE', path, message: `${where}${unit} ${message ?? 'cannot be used'}${allowed}.` }
}

/** What the schema says of the parameter at a path. */
function describe(schema: Json, [, ...names]: readonly string[]): string {
  const found = names.reduce<Json | undefined>((at, name) => (isMembers(at) && at['items'] !== undefined && /^\d+$/.test(name) ? at['items'] : memberOf(at, name)), schema)
  return isMembers(found) && typeof found['description'] === 'string' ? ` It is: ${found['description']}` : ''
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
const isMembers = (value: Json | undefined): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value)
const isQuantity = (value: Members): value is { readonly value: number; readonly unit: string } =>
  Object.keys(value).length === 2 && typeof value['value'] === 'number' && typeof value['unit'] === 'string'
