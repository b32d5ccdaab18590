import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PrimitiveType, Schema } from '../../src/model/model.ts'
import { encodeValue, toJsonText } from '../../src/twin/encode-value.ts'
import { mergePatch } from '../../src/twin/merge-patch.ts'

const primitive = (type: PrimitiveType): Schema => ({ kind: 'primitive', type })
const named = { displayName: new Map(), description: new Map() }
const arrayOf = (element: Schema): Schema => ({ kind: 'array', id: 'dtmi:t:a;1', element, ...named })
const mapOf = (value: Schema): Schema => ({ kind: 'map', id: 'dtmi:t:m;1', keyName: 'k', valueName: 'v', value, ...named })

describe('merge patches', () => {
  // The examples of RFC 7396, appendix A.
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'], ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'], ['{"a":"b"}', '{"a":null}', '{}'], ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'], ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'], ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'], ['["a","b"]', '["c","d"]', '["c","d"]'], ['{"a":"b"}', '["c"]', '["c"]'], ['{"a":"foo"}', 'null', 'null'], ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'], ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'], ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s patched by %s is %s', (target, patch, result) => {
    expect(mergePatch(JSON.parse(target), JSON.parse(patch))).toEqual(JSON.parse(result))
  })

  test('are idempotent, keep what they do not name, and take every key as data', () => {
    const json = fc.jsonValue({ maxDepth: 3 })
    const object = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'a', 'b')), json, { noNullPrototype: false })
    fc.assert(fc.property(object, object, (target, patch) => {
      const once = mergePatch(target, patch) as Record<string, unknown>
      expect(toJsonText(mergePatch(once, patch))).toBe(toJsonText(once))
      for (const key of Object.keys(target)) if (!Object.hasOwn(patch, key)) expect(Object.getOwnPropertyDescriptor(once, key)?.value).toEqual(Object.getOwnPropertyDescriptor(target, key)?.value)
      for (const [key, value] of Object.entries(patch)) expect(Object.hasOwn(once, key)).toBe(value !== null)
      expect(Object.getPrototypeOf(once)).toBe(Object.prototype)
    }))
  })
})

describe('stored values', () => {
  const cases: readonly (readonly [Schema, unknown, unknown])[] = [
    [primitive('double'), 2, 2], [primitive('double'), 3n, 3], [primitive('long'), '-9223372036854775808', -9223372036854775808n], [primitive('integer'), 7, 7n],
    [primitive('unsignedLong'), 18446744073709551615n, '18446744073709551615'], [primitive('decimal'), '0.10', '0.10'],
    [primitive('date'), '2026-03-01', { kind: 'date', text: '2026-03-01' }], [arrayOf(primitive('long')), ['1', 2], [1n, 2n]], [arrayOf(arrayOf(primitive('long'))), [['9007199254740993']], '[["9007199254740993"]]'],
    [mapOf(primitive('double')), { a: 9007199254740993n }, '{"a":9007199254740992}'],
  ]
  test.each(cases.map(([schema, given, stored]) => [`${toJsonText(given)} of ${toJsonText(schema)}`, schema, given, stored] as const))('%s', (_, schema, given, stored) => {
    expect(encodeValue(schema, given)).toEqual(stored)
  })

  test('a map keeps keys that name what objects inherit', () => {
    expect(encodeValue(mapOf(primitive('string')), JSON.parse('{"__proto__":"a","constructor":"b"}'))).toBe('{"__proto__":"a","constructor":"b"}')
  })

  test('integers of 64 bits come back as they were given, alone and in JSON text', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (whole) => {
      expect(encodeValue(primitive('long'), String(whole))).toBe(whole)
      const [item] = JSON.parse(encodeValue(arrayOf(arrayOf(primitive('long'))), [[whole]]) as string) as readonly [readonly [number | string]]
      expect(BigInt(item[0])).toBe(whole)
    }))
  })
})
