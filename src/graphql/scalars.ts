import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { jsonFromLiteral } from './json-literal.ts'
import { type LexicalForm, lexicalForms } from './lexical-form.ts'

/**
 * The platform's scalars. Values stay what they were on the wire (texts, numbers): nothing is rounded, no offset is lost,
 * and nobody inside handles a date type of a library. Their descriptions stand in schema/scalar.graphql.
 */
export const scalars: Readonly<Record<string, GraphQLScalarType>> = {
  ...Object.fromEntries(Object.entries(lexicalForms).filter(([name]) => name !== 'Decimal').map(([name, form]) => [name, textScalar(name, form)])),
  Decimal: decimalScalar(),
  Long: longScalar(),
  JSON: new GraphQLScalarType({ name: 'JSON', parseValue: (value) => value, parseLiteral: jsonFromLiteral }),
  GeoJSON: new GraphQLScalarType({
    name: 'GeoJSON',
    parseValue: geometry,
    parseLiteral: (node, variables) => geometry(jsonFromLiteral(node, variables)),
  }),
  Cursor: textScalar('Cursor', { example: 'endCursor', test: (text) => text.length > 0 && text.length <= 512 }),
}

function wrong(name: string, value: unknown, expected: string): GraphQLError {
  const got = value === undefined ? 'nothing' : JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
  return new GraphQLError(`${name} takes ${expected}, not ${got.length > 60 ? `${got.slice(0, 60)}…` : got}.`)
}

/** A scalar whose values are texts of one form. */
function textScalar(name: string, form: LexicalForm): GraphQLScalarType<string, string> {
  const parse = (value: unknown): string => {
    if (typeof value === 'string' && form.test(value)) return value
    throw wrong(name, value, `a string such as "${form.example}"`)
  }
  return new GraphQLScalarType<string, string>({
    name,
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : literalText(node)),
    serialize(value) {
      if (typeof value === 'string') return value
      if (value instanceof Date) return value.toISOString()
      throw new TypeError(`A ${name} was given as ${typeof value}.`)
    },
  })
}

/** What stands in the document where a string was expected; a number's digits are no string. */
const literalText = (node: ValueNode): unknown => (node.kind === Kind.INT || node.kind === Kind.FLOAT ? Number(node.value) : node.kind)

/** Digits: as a string, or as a number written in the document, whose digits are all still there. */
function decimalScalar(): GraphQLScalarType<string, string> {
  const { example, test } = lexicalForms.Decimal
  const parse = (value: unknown): string => {
    const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
    if (typeof text === 'string' && test(text)) return text
    throw wrong('Decimal', value, `digits such as "${example}"`)
  }
  return new GraphQLScalarType<string, string>({
    name: 'Decimal',
    parseValue: parse,
    parseLiteral: (node) => parse('value' in node ? node.value : node.kind),
    serialize: (value) => String(value),
  })
}

const least = -(2n ** 63n)
const greatest = 2n ** 64n - 1n

/** A number where it is exact, digits where it is not; the same inside and on the wire. */
function longScalar(): GraphQLScalarType<number | string, number | string> {
  const parse = (value: unknown): number | string => {
    const whole = toBigInt(value)
    if (whole === undefined || whole < least || whole > greatest) throw wrong('Long', value, 'an integer of 64 bits, beyond 2^53 as a string of digits')
    return fromBigInt(whole)
  }
  return new GraphQLScalarType<number | string, number | string>({
    name: 'Long',
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : node.kind),
    serialize(value) {
      const whole = toBigInt(value)
      if (whole === undefined) throw new TypeError(`A Long was given as ${String(value)}.`)
      return fromBigInt(whole)
    },
  })
}

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined
}

function fromBigInt(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

const geometries: ReadonlySet<unknown> = new Set(['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon'])

/** Only what tells a geometry from other JSON: whether it is one of its kind is the model's to say. */
function geometry(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'type' in value && 'coordinates' in value && geometries.has(value.type) && Array.isArray(value.coordinates)) return value
  throw wrong('GeoJSON', value, 'a geometry such as { type: "Point", coordinates: [13.4, 52.5] }')
}
