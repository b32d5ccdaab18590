import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandomStreams } from '../../../src/simulation/random-stream.ts'

const draw = (n: number, next: () => number): readonly number[] => Array.from({ length: n }, next)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

test('the numbers of a seed are the same today, tomorrow, and on every machine', () => {
  const random = createRandomStreams(42)
  expect(draw(3, random('demand').uniform)).toEqual(pinned.uniform)
  expect(draw(3, random('noise').normal)).toEqual(pinned.normal)
})

test('a stream does not depend on what others drew, and asked again for it goes on', () => {
  fc.assert(fc.property(fc.integer(), fc.string(), fc.string(), fc.nat(50), (seed, name, other, n) => {
    fc.pre(name !== other)
    const [alone, mixed] = [createRandomStreams(seed), createRandomStreams(seed)]
    const expected = draw(4, alone(name).normal)
    draw(n, mixed(other).normal)
    expect([...draw(2, mixed(name).normal), ...draw(2, mixed(name).normal)]).toEqual(expected)
    expect(draw(4, mixed(other).normal)).not.toEqual(expected)
  }))
})

test('uniform and normal numbers have the moments that they should', () => {
  const random = createRandomStreams(7)
  const uniform = draw(200_000, random('u').uniform)
  expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true)
  expect(mean(uniform)).toBeCloseTo(0.5, 2)
  expect(mean(uniform.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2)
  const normal = draw(200_000, random('n').normal)
  expect(Math.abs(mean(normal))).toBeLessThan(0.01)
  expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1)
  expect(mean(normal.map((value) => value ** 4))).toBeGreaterThan(2.9)
  expect(mean(normal.map((value) => value ** 4))).toBeLessThan(3.1)
  expect(Math.abs(mean(normal.slice(1).map((value, i) => value * (normal[i] ?? 0))))).toBeLessThan(0.01) // neighbours know nothing of each other
})

const pinned = {
  uniform: [0.5519818642645086, 0.43645631035683263, 0.43122665498907875],
  normal: [-1.2739349365726487, 0.13314105068558812, -0.32908325121758203],
}
