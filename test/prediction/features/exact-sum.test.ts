import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addProduct, addTo, type ExactSum, meanOf, roundSum } from '../../../src/prediction/features/exact-sum.ts'
import { createOrderedQueue } from '../../../src/prediction/features/ordered-queue.ts'
import { measures } from '../../../src/prediction/features/measure.ts'

/** A float as a whole number of 2^-1074, exactly. */
function toWhole(number: number): bigint {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, number)
  const all = bits.getBigUint64(0)
  const [exponent, fraction] = [Number((all >> 52n) & 0x7ffn), all & ((1n << 52n) - 1n)]
  const whole = exponent === 0 ? fraction : ((1n << 52n) | fraction) << BigInt(exponent - 1)
  return all >> 63n === 1n ? -whole : whole
}

const floats = fc.oneof(fc.double({ min: -1e140, max: 1e140, noNaN: true }), fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constantFrom(0.1, 0.2, 0.3, 1e16, 1, -1e16, 2 ** 53, 1e-300))
const exact = (numbers: readonly number[]): ExactSum => {
  const sum: ExactSum = []
  for (const number of numbers) addTo(sum, number)
  return sum
}
const wholeOf = (sum: ExactSum): bigint => sum.reduce((total, part) => total + toWhole(part), 0n)

describe('Sums', () => {
  test('are exact, whatever is added', () => {
    fc.assert(fc.property(fc.array(floats, { maxLength: 60 }), (numbers) => { expect(wholeOf(exact(numbers))).toBe(numbers.reduce((sum, number) => sum + toWhole(number), 0n)) }))
  })

  test('are rounded to the nearest float: no neighbour is nearer', () => {
    fc.assert(fc.property(fc.array(floats, { maxLength: 30 }), (numbers) => {
      const sum = exact(numbers)
      const [whole, rounded] = [wholeOf(sum), roundSum(sum)]
      const distance = (number: number): bigint => { const apart = toWhole(number) - whole; return apart < 0n ? -apart : apart }
      const step = Math.max(Math.abs(rounded) * 2 ** -52, 5e-324)
      for (const neighbour of [rounded - step, rounded + step, rounded - step / 2, rounded + step / 2]) expect(distance(rounded) <= distance(neighbour)).toBe(true)
    }))
  })

  test('have no trace of what was taken away again', () => {
    fc.assert(fc.property(fc.array(floats), fc.array(floats), (stay, go) => {
      const sum = exact([...stay, ...go, ...go.map((number) => -number)])
      expect(wholeOf(sum)).toBe(wholeOf(exact(stay)))
      expect(roundSum(sum)).toBe(roundSum(exact(stay)))
    }))
  })

  test('of products are exact', () => {
    const halves = fc.double({ min: -1e100, max: 1e100, noNaN: true }).filter((number) => number === 0 || Math.abs(number) > 1e-100)
    fc.assert(fc.property(halves, halves, (one, other) => {
      const sum: ExactSum = []
      addProduct(sum, one, other)
      expect(wholeOf(sum) << 1_074n).toBe(toWhole(one) * toWhole(other))
    }))
  })

  test('make means that lie between the least and the greatest, and of equal numbers that number', () => {
    fc.assert(fc.property(fc.array(floats, { minLength: 1 }), (numbers) => {
      const mean = meanOf(exact(numbers), numbers.length)
      expect(mean).toBeGreaterThanOrEqual(Math.min(...numbers))
      expect(mean).toBeLessThanOrEqual(Math.max(...numbers))
    }))
    fc.assert(fc.property(floats, fc.integer({ min: 1, max: 50 }), (number, count) => { expect(meanOf(exact(Array.from({ length: count }, () => number)), count)).toBeCloseTo(number, 300) }))
  })
})

describe('Measures', () => {
  test('of a window of large numbers that are near each other lose nothing: no square is rounded', () => {
    const measure = measures.STDDEV()
    for (const [at, value] of [1e9 + 1, 1e9 + 2, 1e9 + 3].entries()) measure.add(at, value)
    expect(measure.value()).toBe(1)
  })

  test('a line has its slope, wherever it lies', () => {
    const measure = measures.SLOPE()
    const start = 1_767_225_600_000_000
    for (let index = 0; index < 100; index++) measure.add(start + index * 250_000, 1e6 + index * 0.5)
    expect(measure.value()).toBe(2)
  })

  test('beyond what can be squared are missing, until that has left', () => {
    for (const name of ['SUM', 'MEAN', 'STDDEV', 'SLOPE'] as const) {
      const measure = measures[name]()
      for (const [at, value] of [1e200, 2, 4].entries()) measure.add(at, value)
      expect(measure.value()).toBeNaN()
      measure.remove(0, 1e200)
      expect(Number.isFinite(measure.value())).toBe(true)
    }
  })

  test('the first of an ordered queue is the greatest of what is in it, in whatever order it came', () => {
    const steps = fc.array(fc.record({ at: fc.integer({ min: 0, max: 40 }), value: fc.integer({ min: -5, max: 5 }), leave: fc.boolean() }), { maxLength: 60 })
    fc.assert(fc.property(steps, (all) => {
      const queue = createOrderedQueue((later, earlier) => later >= earlier)
      const there = new Map<number, number>()
      let gone = -1
      for (const { at, value, leave } of all) {
        if (!there.has(at) && at > gone) {
          queue.add(at, value)
          there.set(at, value)
        }
        if (leave && there.size > 0) {
          gone = Math.min(...there.keys())
          queue.remove(gone)
          there.delete(gone)
        }
        expect(queue.first()).toEqual(there.size === 0 ? NaN : Math.max(...there.values()))
      }
    }))
  })
})
