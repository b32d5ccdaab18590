import type { Method } from './method.ts'

/** The mean of two: where they err differently, it errs less than either. */
export const combination = (one: Method, other: Method): Method => ({
  name: 'COMBINATION',
  seasons: one.seasons,
  fit(values, count) {
    const [left, right] = [one.fit(values, count), other.fit(values, count)]
    if (!left || !right) return undefined
    let second = new Float64Array(0)
    return {
      predict(given, origin, out) {
        if (second.length !== out.length) second = new Float64Array(out.length)
        left.predict(given, origin, out)
        right.predict(given, origin, second)
        for (let step = 0; step < out.length; step++) out[step] = ((out[step] ?? 0) + (second[step] ?? 0)) / 2
      },
    }
  },
})
