import fc from 'fast-check'
import { LosslessNumber } from 'lossless-json'
import { describe, expect, test } from 'vitest'
import { conform, conformText } from '../../../src/model/conform.ts'
import type { GeospatialType, InterfaceModel, PrimitiveType, Schema } from '../../../src/model/model.ts'
import { parseModels } from '../../../src/model/parse-models.ts'

const primitive = (type: PrimitiveType): Schema => ({ kind: 'primitive', type })
const holds = (schema: Schema, value: unknown): boolean => conform(schema, value, { longsAsStrings: true }).length === 0
const textHolds = (schema: Schema, text: string): boolean => conformText(schema, text).length === 0

/** The schema of the first property of a DTDL 4 model, as users write it. */
function schemaOf(schema: unknown, schemas: readonly unknown[] = []): Schema {
  const parsed = parseModels([{ '@context': ['dtmi:dtdl:context;4', 'dtmi:dtdl:extension:requirement;1'], '@id': 'dtmi:test:Thing;1', '@type': 'Interface', contents: [{ '@type': 'Property', name: 'p', schema }], schemas }], { known: () => undefined })
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join(' '))
  const [content] = (parsed.models[0] as InterfaceModel).contents
  if (content?.kind !== 'Property') throw new Error('The model has no property.')
  return content.schema
}

describe('A value that conforms to its schema', () => {
  const integers = { byte: [-(2n ** 7n), 2n ** 7n - 1n], short: [-(2n ** 15n), 2n ** 15n - 1n], integer: [-(2n ** 31n), 2n ** 31n - 1n], long: [-(2n ** 63n), 2n ** 63n - 1n], unsignedByte: [0n, 2n ** 8n - 1n], unsignedShort: [0n, 2n ** 16n - 1n], unsignedInteger: [0n, 2n ** 32n - 1n], unsignedLong: [0n, 2n ** 64n - 1n] } as const

  test.each(Object.entries(integers))('is an integer in the range of %s, however it is carried', (type, [least, greatest]) => {
    const schema = primitive(type as PrimitiveType)
    fc.assert(fc.property(fc.bigInt({ min: least * 3n - 10n, max: greatest * 3n }), (whole) => {
      const inRange = whole >= least && whole <= greatest
      expect(holds(schema, whole)).toBe(inRange)
      expect(textHolds(schema, String(whole))).toBe(inRange)
      expect(holds(schema, new LosslessNumber(String(whole)))).toBe(inRange)
      if (whole >= -(2n ** 53n) && whole <= 2n ** 53n - 1n && whole !== -(2n ** 53n)) expect(holds(schema, Number(whole))).toBe(inRange)
    }))
    for (const edge of [least, greatest]) expect(holds(schema, edge)).toBe(true)
    for (const beyond of [least - 1n, greatest + 1n]) expect(holds(schema, beyond)).toBe(false)
  })

  test('comes as decimal text only where its integers have 64 bits, and only through the API', () => {
    for (const type of ['long', 'unsignedLong'] as const) {
      expect(holds(primitive(type), '9007199254740993')).toBe(true)
      expect(conform(primitive(type), '9007199254740993')).not.toEqual([])
    }
    expect(holds(primitive('long'), '-9223372036854775808')).toBe(true)
    expect(holds(primitive('long'), '9223372036854775808')).toBe(false)
    expect(holds(primitive('unsignedLong'), '-1')).toBe(false)
    for (const text of ['', ' 1', '1 ', '0x10', '1e3', '1.0', '+1', '１']) expect(holds(primitive('long'), text), text).toBe(false)
    for (const type of ['byte', 'short', 'integer', 'unsignedByte', 'unsignedShort', 'unsignedInteger'] as const) expect(holds(primitive(type), '1')).toBe(false)
  })

  test('is no number that has lost digits on its way', () => {
    expect(holds(primitive('long'), 2 ** 53)).toBe(false)
    expect(holds(primitive('long'), 2 ** 53 - 1)).toBe(true)
    expect(textHolds(primitive('long'), '9007199254740993')).toBe(true)
  })

  test('is written as an integer where it is one', () => {
    for (const text of ['1.0', '0.0', '-0.0', '1e3', '1E0']) expect(textHolds(primitive('integer'), text), text).toBe(false)
    expect(textHolds(primitive('long'), '-0')).toBe(true)
    expect(textHolds(primitive('unsignedLong'), '-0')).toBe(false)
  })

  test('is a finite number in a double or a float', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(holds(primitive('double'), number)).toBe(true)
      expect(holds(primitive('float'), number)).toBe(Number.isFinite(Math.fround(number)))
    }))
    for (const value of [Number.NaN, Infinity, -Infinity, '1', true]) expect(holds(primitive('double'), value)).toBe(false)
    expect(textHolds(primitive('double'), '1e309')).toBe(false)
    expect(textHolds(primitive('float'), '1e39')).toBe(false)
  })

  test('is any date of the calendar, and no other', () => {
    fc.assert(fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      const iso = date.toISOString()
      expect(holds(primitive('date'), iso.slice(0, 10))).toBe(true)
      expect(holds(primitive('dateTime'), iso)).toBe(true)
      expect(holds(primitive('time'), iso.slice(11))).toBe(true)
    }))
    for (const date of ['2026-02-29', '1900-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '0000-01-01', '2026-1-1', '02026-01-01', '2026-01-01T00:00:00Z']) expect(holds(primitive('date'), date), date).toBe(false)
    for (const date of ['2024-02-29', '2000-02-29']) expect(holds(primitive('date'), date), date).toBe(true)
  })

  test('has an offset where it is an instant or a time', () => {
    for (const instant of ['2026-03-01T06:30:00', '2026-03-01T06:30Z', '2026-03-01 06:30:00Z', '2026-03-01t06:30:00z', '2026-03-01T06:30:60Z', '2026-03-01T24:00:00Z', '2026-03-01T06:30:00+14:01', '2026-03-01T06:30:00+01:60', '2026-03-01T06:30:00.Z']) expect(holds(primitive('dateTime'), instant), instant).toBe(false)
    for (const instant of ['2026-03-01T06:30:00Z', '2026-03-01T06:30:00.123456789+14:00', '2026-03-01T23:59:59-11:30']) expect(holds(primitive('dateTime'), instant), instant).toBe(true)
  })

  test('is a duration whose last part alone has a fraction', () => {
    const parts = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99))
    fc.assert(fc.property(parts, fc.nat(999), ([years, months, days, hours, minutes, seconds], fraction) => {
      expect(holds(primitive('duration'), `P${years}Y${months}M${days}DT${hours}H${minutes}M${seconds}.${fraction}S`)).toBe(true)
      expect(holds(primitive('duration'), `P${years}Y${months}M${days}DT${hours}H${minutes}.${fraction}M${seconds}S`)).toBe(false)
      expect(holds(primitive('duration'), `P${years}.${fraction}Y${months}M`)).toBe(false)
    }))
    for (const text of ['P', 'PT', 'P1DT', '1D', 'P-1D', '-P1D', 'P1Y2W', 'P1M2Y', 'PT1S2M', 'P1,5D', 'P1.D']) expect(holds(primitive('duration'), text), text).toBe(false)
    for (const text of ['P2W4DT8H9M', 'P1.5W', 'PT0S', 'P1Y', 'PT36H']) expect(holds(primitive('duration'), text), text).toBe(true)
  })

  test('is base64 text in bytes, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => { expect(holds(primitive('bytes'), Buffer.from(bytes).toString('base64'))).toBe(true) }))
    for (const text of ['a', 'ab', 'abc', 'ab==c', '=', '====', 'a===', 'ab-_', 'ab\n=']) expect(holds(primitive('bytes'), text), text).toBe(false)
    expect(holds(primitive('bytes'), 'A'.repeat(8_000_000))).toBe(true)
  })

  test('is never null', () => {
    const schemas: readonly Schema[] = [...(['string', 'double', 'boolean', 'long', 'date', 'uuid'] as const).map(primitive), { kind: 'scaledDecimal' }, { kind: 'geospatial', type: 'point' }, schemaOf({ '@type': 'Array', elementSchema: 'string' }), schemaOf({ '@type': 'Object', fields: [] })]
    for (const schema of schemas) for (const nothing of [null, undefined]) expect(holds(schema, nothing), schema.kind).toBe(false)
  })
})

describe('A value with parts', () => {
  test('is told where each wrong part is, and what belongs there', () => {
    const schema = schemaOf({ '@type': 'Object', fields: [{ name: 'tags', schema: { '@type': 'Map', mapKey: { name: 'k', schema: 'string' }, mapValue: { name: 'v', schema: { '@type': 'Array', elementSchema: 'integer' } } } }, { '@type': ['Field', 'Required'], name: 'unit', schema: 'string' }] })
    expect(conform(schema, { tags: { a: [1, 'two', 3.5], b: 4 }, colour: 'red' })).toEqual([
      { path: ['tags', 'a', '1'], message: 'expected an integer of 32 bits, got "two".' },
      { path: ['tags', 'a', '2'], message: 'expected an integer of 32 bits, got 3.5.' },
      { path: ['tags', 'b'], message: 'expected an array, got 4.' },
      { path: ['colour'], message: 'unknown field "colour"; the fields are tags, unit.' },
      { path: ['unit'], message: 'the required field unit is missing; give it a value.' },
    ])
  })

  test('may have keys that mean something to JavaScript', () => {
    const schema = schemaOf({ '@type': 'Object', fields: [{ name: 'constructor', schema: 'string' }, { name: 'toString', schema: 'string' }] })
    expect(conformText(schema, '{ "constructor": "a", "toString": "b" }')).toEqual([])
    expect(conformText(schema, '{ "__proto__": "a" }')).toHaveLength(1)
    expect(conformText(schema, '{ "valueOf": "a" }')).toHaveLength(1)
    const map = schemaOf({ '@type': 'Map', mapKey: { name: 'k', schema: 'string' }, mapValue: { name: 'v', schema: 'integer' } })
    expect(conformText(map, '{ "__proto__": 1, "constructor": 2 }')).toEqual([])
    expect(conformText(map, '{ "__proto__": "one" }').map(({ path }) => path)).toEqual([['__proto__']])
  })

  test('is a value of an enum by what travels, not by its name', () => {
    const words = schemaOf({ '@type': 'Enum', valueSchema: 'string', enumValues: [{ name: 'near', enumValue: 'west' }, { name: 'far', enumValue: '1' }] })
    expect(['west', '1'].every((value) => holds(words, value))).toBe(true)
    expect(['near', 'far', 1, ''].some((value) => holds(words, value))).toBe(false)
    const numbers = schemaOf({ '@type': 'Enum', valueSchema: 'integer', enumValues: [{ name: 'one', enumValue: 1 }, { name: 'least', enumValue: -2147483648 }] })
    expect([1, 1n, new LosslessNumber('1'), -2147483648].every((value) => holds(numbers, value))).toBe(true)
    expect([2, '1', 1.5, new LosslessNumber('1.0'), 'one'].some((value) => holds(numbers, value))).toBe(false)
    expect(conform(schemaOf({ '@type': 'Enum', valueSchema: 'string', enumValues: [] }), 'x')[0]?.message).toBe('expected no value, for the enum is empty, got "x".')
  })

  test('may contain its like, as deep as values go', () => {
    const tree = schemaOf('dtmi:test:tree;1', [{ '@id': 'dtmi:test:tree;1', '@type': 'Object', fields: [{ name: 'children', schema: { '@type': 'Array', elementSchema: 'dtmi:test:tree;1' } }] }])
    const nested = (levels: number): string => `${'{"children":['.repeat(levels)}${']}'.repeat(levels)}`
    expect(conformText(tree, nested(20))).toEqual([])
    for (const levels of [40, 1_000, 100_000]) expect(conformText(tree, nested(levels)), String(levels)).toEqual([{ path: [], message: 'expected at most 64 levels of arrays and objects.' }])
    const circular: { children: unknown[] } = { children: [] }
    circular.children.push(circular)
    expect(conform(tree, circular)).toHaveLength(1)
  })

  test('that is wrong everywhere is told a thousand times, not a million', () => {
    expect(conform(schemaOf({ '@type': 'Array', elementSchema: 'integer' }), Array.from({ length: 1_000_000 }, () => 'x'))).toHaveLength(1_000)
  })

  test('that is no JSON is told so', () => {
    for (const text of ['', '$$', '{ 23 ]', '[1,]', '{"a":1', "'a'", '01', '"\u0001"', 'NaN']) expect(conformText(primitive('string'), text), text).toEqual([{ path: [], message: expect.stringMatching(/^expected JSON text: /) as string }])
  })
})

describe('A geometry', () => {
  const point = fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true }))
  const line = fc.array(point, { minLength: 2, maxLength: 5 })
  const polygon = fc.array(fc.array(point, { minLength: 3, maxLength: 5 }).map((points) => [...points, points[0]]), { maxLength: 3 })
  const geometries: readonly (readonly [GeospatialType, string, fc.Arbitrary<unknown>])[] = [
    ['point', 'Point', point], ['multiPoint', 'MultiPoint', fc.array(point)], ['lineString', 'LineString', line],
    ['multiLineString', 'MultiLineString', fc.array(line, { maxLength: 3 })], ['polygon', 'Polygon', polygon], ['multiPolygon', 'MultiPolygon', fc.array(polygon, { minLength: 1, maxLength: 2 }).filter((polygons) => polygons.some((rings) => rings.length > 0))],
  ]

  test.each(geometries)('of the schema %s is GeoJSON, and of no other', (type, name, coordinates) => {
    fc.assert(fc.property(coordinates, (given) => {
      expect(conform({ kind: 'geospatial', type }, { type: name, coordinates: given })).toEqual([])
      expect(conformText({ kind: 'geospatial', type }, JSON.stringify({ type: name, coordinates: given }))).toEqual([])
      expect(holds({ kind: 'geospatial', type: type === 'point' ? 'polygon' : 'point' }, { type: name, coordinates: given })).toBe(false)
    }))
  })

  test('lies on the earth, longitude first', () => {
    const problem = (coordinates: unknown): string | undefined => conform({ kind: 'geospatial', type: 'point' }, { type: 'Point', coordinates })[0]?.message
    expect(problem([-122.12, 47.64])).toBeUndefined()
    expect(problem([7.1, 50.7, 61])).toBeUndefined()
    expect(problem([47.64, -122.12])).toMatch(/latitudes from -90 to 90 \(a position begins with its longitude\)/)
    expect(problem([181, 0])).toMatch(/longitudes from -180 to 180/)
    for (const wrong of [[], [1], [1, 2, 3, 4], ['1', '2'], [null, null], { x: 1, y: 2 }, '1,2', undefined]) expect(problem(wrong), JSON.stringify(wrong)).toMatch(/two or three numbers/)
  })

  test('has rings that close', () => {
    const problem = (ring: unknown): string | undefined => conform({ kind: 'geospatial', type: 'polygon' }, { type: 'Polygon', coordinates: [ring] })[0]?.message
    expect(problem([[0, 0], [1, 0], [1, 1], [0, 0]])).toBeUndefined()
    expect(problem([[0, 0], [1, 0], [1, 1], [0, 1]])).toMatch(/end where they begin/)
    expect(problem([[0, 0], [1, 0], [0, 0]])).toMatch(/at least 4/)
  })
})
