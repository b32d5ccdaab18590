import type { Literal } from '../element.ts'
import { isObject, toValues, type JsonObject, type Placed } from './json.ts'
import { within, type Place } from './place.ts'
import { shown, type Report } from './report.ts'

export type LiteralKind = 'string' | 'integer' | 'boolean' | 'decimal' | 'duration' | 'any'

/** What a literal must be, to be read by JSON's type and, in a value object, XML Schema's. */
const kinds: Readonly<Record<LiteralKind, { readonly expected: string; readonly types: readonly string[]; is(value: unknown): value is Literal }>> = {
  string: { expected: 'a string', types: ['string'], is: (value) => typeof value === 'string' },
  integer: { expected: 'an integer of 32 bits', types: ['integer'], is: (value): value is number => isInteger(value) },
  boolean: { expected: 'true or false', types: ['boolean'], is: (value) => typeof value === 'boolean' },
  decimal: { expected: 'a number', types: ['decimal'], is: (value) => typeof value === 'number' },
  duration: {
    expected: 'an ISO 8601 duration, such as "PT15M"',
    types: ['duration'],
    is: (value): value is string => typeof value === 'string' && duration.test(value),
  },
  any: {
    expected: 'a string or an integer',
    types: ['string', 'integer'],
    is: (value): value is string | number => typeof value === 'string' || isInteger(value),
  },
}

const isInteger = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31
/** `xsd:duration`: no weeks, at least one part. */
const duration = /^P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/

const xsd = ['xsd:', 'http://www.w3.org/2001/XMLSchema#']

export interface LiteralContext {
  readonly property: string
  /** Unknown JSON-LD keywords are faults (DTDL 3 and 4) or nothing (DTDL 2). */
  readonly keywordsRestricted: boolean
  readonly report: Report
}

/** The one value of a literal property; undefined where there is none, or none that can be read (which is reported). */
export function readLiteral(json: unknown, place: Place, kind: LiteralKind, context: LiteralContext): Placed<Literal> | undefined {
  const values = toValues(json, place)
  const [first] = values
  if (!first) return undefined
  if (values.length > 1) {
    context.report.add(place, `${kind}MultipleValues`, `"${context.property}" has ${values.length} values; give it one.`)
    return undefined
  }
  const { expected, types, is } = kinds[kind]
  const fault = (value: unknown): void =>
    context.report.add(
      first.place,
      first.value === null ? 'propertyValueNull' : `${kind}Not${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
      `"${context.property}" is ${expected}, not ${shown(value)}.`,
    )
  if (!isObject(first.value)) return is(first.value) ? { value: first.value, place: first.place } : void fault(first.value)
  if (!isValueObject(first.value, first.place, context)) return undefined
  const { '@value': value } = first.value
  const type = typeOf(first.value)
  const named = types.filter((name) => xsd.some((prefix) => type === prefix + name))
  if (type !== undefined && named.length === 0)
    context.report.add(first.place, `${kind}Type`, `"${context.property}" is ${expected}; its "@type" says otherwise.`)
  else if (!is(value) || (kind === 'any' && type !== undefined && !named.includes(typeof value === 'string' ? 'string' : 'integer'))) fault(value)
  else return { value, place: first.place }
  return undefined
}

/** The single `@type` of a value object; null where it has none that is one string. */
function typeOf(object: JsonObject): string | null | undefined {
  if (!Object.hasOwn(object, '@type')) return undefined
  const [type, ...more] = [object['@type']].flat()
  return typeof type === 'string' && more.length === 0 ? type : null
}

/** Reports what does not belong into `{ "@value": ... }`. */
function isValueObject(object: JsonObject, place: Place, { property, keywordsRestricted, report }: LiteralContext): boolean {
  let sound = Object.hasOwn(object, '@value')
  if (!sound) report.add(place, 'objectNoValue', `"${property}" is a literal; its object has no "@value".`)
  for (const key of Object.keys(object)) {
    if (key === '@value' || key === '@type' || (isKeyword(key) && !keywordsRestricted && !misplaced.has(key))) continue
    report.add(
      within(place, key),
      isKeyword(key) ? 'valueObjectKeyword' : 'valueObjectInvalidProp',
      `A literal's object has "@value" and "@type" only; remove ${shown(key)}.`,
    )
    sound = false
  }
  if (typeOf(object) !== null) return sound
  report.add(within(place, '@type'), 'literalTypeNotSingular', 'The "@type" of a literal is one string.')
  return false
}

export const isKeyword = (key: string): boolean => key.startsWith('@')

/** Keywords that have no place in a literal in any version. */
const misplaced = new Set(['@id', '@context', '@graph'])
