import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resultHasher } from '../../../src/simulation/result-hash.ts'

const hashOf = (...batches: readonly { readonly at: readonly number[]; readonly values: readonly number[] }[]): string => {
  const hasher = resultHasher()
  for (const { at, values } of batches) hasher.update({ at: Float64Array.from(at), values: Float64Array.from(values) })
  return hasher.digest()
}

test('results have one hash, however their frames are cut into batches', () => {
  fc.assert(fc.property(fc.nat(4), fc.array(fc.double(), { maxLength: 40 }), fc.array(fc.nat(40), { maxLength: 5 }), (width, numbers, cuts) => {
    const frames = Math.floor(numbers.length / (width + 1))
    const [at, values] = [numbers.slice(0, frames), numbers.slice(frames, frames * (width + 1))]
    const borders = [0, ...cuts.map((cut) => Math.min(cut, frames)).sort((a, b) => a - b), frames]
    const batches = borders.slice(1).map((to, i) => ({ at: at.slice(borders[i], to), values: values.slice((borders[i] ?? 0) * width, to * width) }))
    expect(hashOf(...batches)).toBe(hashOf({ at, values }))
  }))
})

test('it is of every bit: another number, another order and -0 are other results; NaN is one', () => {
  const base = hashOf({ at: [0, 1], values: [1, 2] })
  expect(hashOf({ at: [0, 1], values: [1, 2 + Number.EPSILON * 2] })).not.toBe(base)
  expect(hashOf({ at: [0, 1], values: [2, 1] })).not.toBe(base)
  expect(hashOf({ at: [0, 1], values: [1, 0] })).not.toBe(hashOf({ at: [0, 1], values: [1, -0] }))
  const odd = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer)
  const hasher = resultHasher()
  hasher.update({ at: Float64Array.of(0), values: odd })
  expect(hasher.digest()).toBe(hashOf({ at: [0], values: [NaN] }))
})

test('it is the SHA-256 of the doubles, little-endian, each frame its instant and then its values', () => {
  const bytes = Buffer.alloc(48)
  for (const [i, value] of [0, 1.5, -2, 60, 3, 4].entries()) bytes.writeDoubleLE(value, i * 8)
  expect(hashOf({ at: [0, 60], values: [1.5, -2, 3, 4] })).toBe(createHash('sha256').update(bytes).digest('hex'))
})
