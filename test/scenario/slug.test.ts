import fc from 'fast-check'
import { expect, test } from 'vitest'
import { freeId, toSlug } from '../../src/scenario/slug.ts'
import { isValidId } from '../../src/twin/id.ts'

const aName = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })

test('every name gives an id that can be used, and that gives itself', () => {
  fc.assert(fc.property(aName, (name) => {
    const slug = toSlug(name)
    expect(isValidId(slug)).toBe(true)
    expect(slug).toMatch(/^[^\s-]+(-[^\s-]+)*$/u)
    expect(toSlug(slug)).toBe(slug)
  }), { numRuns: 2_000 })
})

test('names that differ in case, accents and punctuation only give one id; letters of any script stay', () => {
  expect(['Été à la mer', 'ete a la mer', '  ÉTÉ — à la mer!'].map(toSlug)).toEqual(['ete-a-la-mer', 'ete-a-la-mer', 'ete-a-la-mer'])
  expect(['Йод 7', 'पानी की टंकी', '泵站二号', 'Ærø ß'].map(toSlug)).toEqual(['йод-7', 'पानी-की-टंकी', '泵站二号', 'aero-ss'])
})

test('an id that is derived is the first that is free', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 12 })), (numbers) => {
    const taken = new Set(numbers.map((number) => (number === 1 ? 'a' : `a-${number}`)))
    const id = freeId('a', taken)
    expect(taken.has(id)).toBe(false)
    const number = id === 'a' ? 1 : Number(id.slice(2))
    expect(numbers.filter((each) => each < number)).toHaveLength(number - 1)
  }))
})
