import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nothingSeen, notice } from '../../src/telemetry/seen-sequences.ts'

describe('Sequence numbers of an origin', () => {
  it('are known again, in whatever order they came, by ranges as few as there are gaps', () => {
    fc.assert(fc.property(fc.array(fc.nat(60), { maxLength: 200 }), (numbers) => {
      const seen = nothingSeen()
      const model = new Set<number>()
      for (const number of numbers) {
        expect(notice(seen, number, 0)).toBe(!model.has(number))
        model.add(number)
      }
      const ranges = Array.from({ length: seen.ranges.length / 2 }, (_, index) => [seen.ranges[index * 2] ?? 0, seen.ranges[index * 2 + 1] ?? 0] as const)
      expect(ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index))).toEqual([...model].sort((a, b) => a - b))
      for (const [index, [first]] of ranges.entries()) if (index > 0) expect(first).toBeGreaterThan((ranges[index - 1]?.[1] ?? 0) + 1)
    }))
  })

  it('begin anew where a number comes again with a time later than all', () => {
    const seen = nothingSeen()
    for (const [sequence, at] of [[7, 100], [8, 200], [0, 300], [1, 400]] as const) expect(notice(seen, sequence, at)).toBe(true)
    expect(notice(seen, 8, 500)).toBe(true) // the device restarted, and has come to 8 again
    expect(notice(seen, 8, 500)).toBe(false)
    expect(notice(seen, 0, 300)).toBe(true) // of before the restart: forgotten, and stored in its own place once more
  })

  it('take a bounded memory: the oldest gaps are forgotten', () => {
    const seen = nothingSeen()
    for (let number = 0; number < 10_000; number += 2) notice(seen, number, number, 100)
    expect(seen.ranges.length / 2).toBeGreaterThanOrEqual(100)
    expect(seen.ranges.length / 2).toBeLessThan(200)
    expect(notice(seen, 9_998, 0, 100)).toBe(false)
    expect(notice(seen, 0, 0, 100)).toBe(true)
  })
})
