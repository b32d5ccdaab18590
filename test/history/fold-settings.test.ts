import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldSettings, namesSet, type OldEntry } from '../../src/history/fold-settings.ts'

const entries = fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b'), isPart: fc.boolean(), isBirth: fc.boolean(), names: fc.uniqueArray(fc.constantFrom('x', 'y', '__proto__', 'constructor')) }), { selector: () => Symbol('any'), maxLength: 12 })
  .map((all): readonly OldEntry[] => all.map((each, seq) => ({ ...each, ref: String(seq), seq })))

test('of what is folded, in portions however cut, the last setting of every property and every birth stay, and nothing else', () => {
  fc.assert(fc.property(entries, fc.integer({ min: 1, max: 12 }), (all, size) => {
    let left: readonly OldEntry[] = []
    for (let start = 0; start < all.length; start += size) {
      const given = [...left, ...all.slice(start, start + size)]
      const { keep, forget } = foldSettings(given)
      expect([...keep.map(({ ref }) => ref), ...forget].sort()).toEqual(given.map(({ ref }) => ref).sort())
      left = keep.flatMap(({ ref, names }) => given.filter((each) => each.ref === ref).map((each) => ({ ...each, names })))
    }
    const last = new Map(all.flatMap(({ id, isPart, names, ref }) => names.map((name) => [`${id} ${isPart} ${name}`, ref] as const)))
    expect(new Map(left.flatMap(({ id, isPart, names, ref }) => names.map((name) => [`${id} ${isPart} ${name}`, ref] as const)))).toEqual(last)
    expect(left.every(({ isBirth, names }) => isBirth || names.length > 0)).toBe(true)
    expect(left.filter(({ isBirth }) => isBirth).map(({ ref }) => ref).sort()).toEqual(all.filter(({ isBirth }) => isBirth).map(({ ref }) => ref).sort())
  }))
})

test('a merge patch sets the properties it names, removed ones too', () => {
  expect(namesSet('{"a":1,"b":null,"labels":{"k":"x"}}')).toEqual(['a', 'b', 'labels'])
  expect([namesSet(null), namesSet(undefined), namesSet('null'), namesSet('[1]')]).toEqual([[], [], [], []])
})
