import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryDelay } from '../../sdk/src/backoff.ts'

test('waits double up to a bound, and lie anywhere below it', () => {
  fc.assert(fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999_999, noNaN: true }), (attempt, chance) => {
    const delay = retryDelay(attempt, { baseMs: 100, maxMs: 5_000, random: () => chance })
    expect(delay).toBeCloseTo(chance * Math.min(5_000, 100 * 2 ** attempt), 6)
  }))
})
