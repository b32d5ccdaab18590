import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalJson } from '../../../src/model/canonical-json.ts'

it('holds the same value as the JSON text it was made of', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
  }))
})

it('is the same text in whatever order the keys were written', () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
    const reversed = Object.fromEntries(Object.entries(object).reverse())
    expect(canonicalJson(reversed)).toBe(canonicalJson(object))
  }))
})

it('differs where values differ, list order included', () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
    fc.pre(JSON.stringify(a) !== JSON.stringify(b))
    fc.pre(!isEqual(a, b))
    expect(canonicalJson(a)).not.toBe(canonicalJson(b))
  }))
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]))
})

it('survives nesting that would overflow the stack', () => {
  const depth = 200_000
  const value = JSON.parse('[1,2]') as unknown[]
  let nested: unknown = value
  for (let level = 0; level < depth; level++) nested = [nested]
  expect(canonicalJson(nested)).toBe(`${'['.repeat(depth)}[1,2]${']'.repeat(depth)}`)
})

/** Equal as JSON values: -0 is 0, and the order of keys does not count. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return JSON.stringify(a) === JSON.stringify(b)
  const [first, second] = [Object.entries(a), new Map(Object.entries(b))]
  return Array.isArray(a) === Array.isArray(b) && first.length === second.size && first.every(([key, value]) => second.has(key) && isEqual(value, second.get(key)))
}
