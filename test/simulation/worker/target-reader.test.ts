import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTargetReader } from '../../../src/simulation/worker/target-reader.ts'

test('between frames a simulated value lies on a straight line, at a frame it is the frame\'s, and beyond them there is none', () => {
  const reader = createTargetReader([{ output: 1, sigma: 1, at: Float64Array.of(-5, 0, 2, 10, 15, 20, 21), values: new Float64Array(7) }])
  reader.update({ at: Float64Array.of(0, 10), values: Float64Array.of(9, 100, 9, 200) })
  reader.update({ at: Float64Array.of(15, 20), values: Float64Array.of(9, NaN, 9, 0) })
  expect([...reader.values()]).toEqual([NaN, 100, 120, 200, 100, 0, NaN])
  reader.restart()
  expect([...reader.values()]).toEqual(new Array(7).fill(NaN))
})

test('it reads a straight line as it is, wherever it is asked and however frames are cut', () => {
  const times = fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { minLength: 2, maxLength: 30 }).map((all) => all.sort((a, b) => a - b))
  fc.assert(fc.property(times, times, fc.nat(30), (frames, wanted, cut) => {
    const line = (at: number): number => 3 * at - 7
    const reader = createTargetReader([{ output: 0, sigma: 1, at: Float64Array.from(wanted), values: new Float64Array(wanted.length) }])
    for (const part of [frames.slice(0, cut), frames.slice(cut)]) if (part.length > 0) reader.update({ at: Float64Array.from(part), values: Float64Array.from(part, line) })
    for (const [i, at] of wanted.entries()) {
      const isInside = at >= (frames[0] ?? 0) && at <= (frames.at(-1) ?? 0)
      if (isInside) expect(reader.values()[i]).toBeCloseTo(line(at), 6)
      else expect(reader.values()[i]).toBeNaN()
    }
  }))
})
