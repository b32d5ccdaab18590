import fc from 'fast-check'
import { type GraphQLScalarType, parseValue, valueFromAST } from 'graphql'
import { describe, expect, it } from 'vitest'
import { scalars } from '../../src/graphql/scalars.ts'

const scalar = (name: string): GraphQLScalarType => {
  const found = scalars[name]
  if (!found) throw new Error(`No scalar ${name}.`)
  return found
}
const written = (name: string, text: string): unknown => scalar(name).parseLiteral(parseValue(text), undefined)

describe('Long', () => {
  it('is a number where a number is exact, and a string of digits beyond', () => {
    expect(scalar('Long').serialize('9007199254740993')).toBe('9007199254740993')
    expect(scalar('Long').serialize(9007199254740993n)).toBe('9007199254740993')
    expect(scalar('Long').serialize('42')).toBe(42)
    expect(scalar('Long').parseValue('9007199254740991')).toBe(9007199254740991)
    expect(written('Long', '9007199254740993')).toBe('9007199254740993')
    expect(written('Long', '"-9223372036854775808"')).toBe('-9223372036854775808')
  })

  it('loses no digit of any 64-bit integer on the way in and out', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
      const inside = scalar('Long').parseValue(String(value))
      expect(BigInt(scalar('Long').serialize(inside) as number | string)).toBe(value)
      expect(written('Long', String(value))).toEqual(inside)
    }))
  })

  it.each([[2 ** 53], [1.5], ['18446744073709551616'], ['-9223372036854775809'], ['1e3'], ['0x10'], [''], [null], [true], [{}]])('refuses %j', (value) => {
    expect(() => scalar('Long').parseValue(value)).toThrow(/Long takes an integer of 64 bits/)
  })
})

describe('Dates and times', () => {
  it.each([
    ['DateTime', '2026-03-01T06:30:00Z'], ['DateTime', '2024-02-29T23:59:59.123456789+05:30'], ['Date', '2000-02-29'], ['Time', '06:30:00-11:00'],
    ['Duration', 'PT15M'], ['Duration', 'P1Y2M3DT4H5M6.7S'], ['Duration', 'P2W'],
  ])('%s keeps %s as it was sent', (name, text) => {
    expect(scalar(name).parseValue(text)).toBe(text)
    expect(written(name, JSON.stringify(text))).toBe(text)
    expect(scalar(name).serialize(text)).toBe(text)
  })

  it.each([
    ['DateTime', '2026-03-01T06:30:00'], ['DateTime', '2026-02-29T06:30:00Z'], ['DateTime', '2026-03-01'], ['DateTime', '2026-03-01T24:00:00Z'], ['DateTime', 1772346600000],
    ['Date', '2100-02-29'], ['Date', '2026-13-01'], ['Date', '2026-1-1'], ['Time', '06:30:00'], ['Time', '25:00:00Z'],
    ['Duration', 'P'], ['Duration', 'PT'], ['Duration', 'P1DT'], ['Duration', '15M'], ['Duration', 'P1.5Y'],
  ])('%s refuses %s and shows what it takes', (name, value) => {
    expect(() => scalar(name).parseValue(value)).toThrow(new RegExp(`^${name} takes a string such as`))
  })
})

describe('Decimal, UUID, Bytes, GeoJSON', () => {
  it('keeps the digits of a decimal written as a number in the document', () => {
    expect(written('Decimal', '0.10')).toBe('0.10')
    expect(written('Decimal', '"123456789012345678901234567890.5"')).toBe('123456789012345678901234567890.5')
    expect(() => scalar('Decimal').parseValue('1e5')).toThrow('Decimal takes digits')
  })

  it('tells a geometry from other JSON', () => {
    const point = { type: 'Point', coordinates: [13.4, 52.5] }
    expect(scalar('GeoJSON').parseValue(point)).toEqual(point)
    expect(written('GeoJSON', '{ type: "Point", coordinates: [13.4, 52.5] }')).toEqual(point)
    expect(() => scalar('GeoJSON').parseValue({ type: 'Feature', geometry: point })).toThrow('GeoJSON takes a geometry')
  })

  it.each([['UUID', '123e4567-e89b-12d3-a456-42661417400'], ['Bytes', 'a'], ['Bytes', 'aGVsbG8'], ['Cursor', '']])('%s refuses %j', (name, value) => {
    expect(() => scalar(name).parseValue(value)).toThrow(name)
  })
})

describe('JSON', () => {
  it('keeps every digit of an integer and every key written in the document', () => {
    const value = written('JSON', '{ __proto__: { constructor: 1 }, long: 9007199254740993, list: [1, 2.5, null, true, "x"] }') as Record<string, unknown>
    expect(Object.keys(value)).toEqual(['__proto__', 'long', 'list'])
    expect(value['long']).toBe(9007199254740993n)
    expect(value['list']).toEqual([1, 2.5, null, true, 'x'])
  })

  it('takes variables inside of what is written', () => {
    expect({ ...valueFromAST(parseValue('{ a: $a }'), scalar('JSON'), { a: [1] }) as object }).toEqual({ a: [1] })
  })
})
