import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { largestTriangles } from '../../src/telemetry/lttb.ts'

const curve = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })), { maxLength: 300 })
  .map((steps) => ({ times: steps.reduce<number[]>((times, [step]) => [...times, (times.at(-1) ?? 1.77e15) + step], []), values: steps.map(([, value]) => value) }))

/** Steinarsson's algorithm in his thesis' own steps: buckets as lists, the area of a triangle by the shoelace formula over shifted corners. */
function byTheThesis(times: readonly number[], values: readonly number[], points: number): number[] {
  const last = times.length - 1
  const buckets = [[0], ...Array.from({ length: points - 2 }, (): number[] => []), [last]]
  const size = (times.length - 2) / (points - 2)
  for (let bucket = 0; bucket < points - 2; bucket++) for (let index = Math.floor(bucket * size) + 1; index < Math.floor((bucket + 1) * size) + 1; index++) buckets[bucket + 1]?.push(index)
  const mean = (list: readonly number[], of: readonly number[]): number => list.reduce((sum, index) => sum + (of[index] ?? 0), 0) / list.length
  return buckets.reduce<number[]>((kept, bucket, place) => {
    const before = kept.at(-1)
    const next = buckets[place + 1]
    if (before === undefined || next === undefined) return [...kept, ...bucket]
    const [ax, ay, cx, cy] = [times[before] ?? 0, values[before] ?? 0, mean(next, times), mean(next, values)]
    const area = (index: number): number => Math.abs((ax - cx) * ((values[index] ?? 0) - ay) - (ax - (times[index] ?? 0)) * (cy - ay)) / 2
    return [...kept, bucket.reduce((best, index) => (area(index) > area(best) ? index : best))]
  }, [])
}

describe('the shape of a curve', () => {
  it('has just as many points as asked for, in order, with the first and the last', () => {
    fc.assert(
      fc.property(curve, fc.integer({ min: 1, max: 320 }), ({ times, values }, points) => {
        const kept = largestTriangles(times, values, points)
        expect(kept).toHaveLength(Math.min(points, times.length))
        expect(kept).toEqual([...new Set(kept)].sort((one, other) => one - other))
        expect(kept.at(-1)).toBe(times.length === 0 ? undefined : times.length - 1)
        if (points >= 2 && times.length > 0) expect(kept[0]).toBe(0)
      }),
    )
  })

  it('is what the thesis describes', () => {
    const longCurve = curve.filter(({ times }) => times.length > 3)
    fc.assert(
      fc.property(longCurve, fc.double({ min: 0, max: 1, noNaN: true }), ({ times, values }, share) => {
        const points = 3 + Math.floor(share * (times.length - 4))
        expect(largestTriangles(times, values, points)).toEqual(byTheThesis(times, values, points))
      }),
    )
  })

  it('does not depend on where time begins or how values are scaled', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 4, maxLength: 200 }), fc.integer({ min: 3, max: 50 }), (values, points) => {
        const times = values.map((_, index) => index * 1_024)
        const shifted = times.map((time) => time + 2 ** 50)
        expect(largestTriangles(shifted, values.map((value) => value * -4), points)).toEqual(largestTriangles(times, values, points))
      }),
    )
  })

  it('keeps a single spike that every mean would hide', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => (index === 7_321 ? 1_000 : Math.sin(index / 500)))
    const kept = largestTriangles(values.map((_, index) => index * 60_000_000), values, 100)
    expect(kept).toContain(7_321)
  })

  it('is the last point, or the ends, where there is no room for more', () => {
    expect(largestTriangles([1, 2, 3, 4], [1, 9, 1, 5], 1)).toEqual([3])
    expect(largestTriangles([1, 2, 3, 4], [1, 9, 1, 5], 2)).toEqual([0, 3])
    expect(largestTriangles([], [], 5)).toEqual([])
  })
})
