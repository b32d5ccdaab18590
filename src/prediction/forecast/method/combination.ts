import type { Forecaster, Method } from './method.ts'

export interface Weighted<T> {
  readonly of: T
  /** Of all together they are 1. */
  readonly weight: number
}

/** The weighted mean of several: where they err differently, it errs less than each. */
export const combination = (methods: readonly Weighted<Method>[]): Method => ({
  name: 'COMBINATION',
  seasons: [...new Set(methods.flatMap(({ of }) => of.seasons))].toSorted((one, other) => one - other),
  fit(values, count) {
    const parts = methods.flatMap(({ of, weight }) => {
      const forecaster = of.fit(values, count)
      return forecaster ? [{ of: forecaster, weight }] : []
    })
    return parts.length === methods.length ? meanOf(parts) : undefined
  },
})

function meanOf(parts: readonly Weighted<Forecaster>[]): Forecaster {
  let one = new Float64Array(0)
  return {
    predict(values, origin, out) {
      if (one.length !== out.length) one = new Float64Array(out.length)
      out.fill(0)
      for (const { of, weight } of parts) {
        of.predict(values, origin, one)
        for (let step = 0; step < out.length; step++) out[step] = (out[step] ?? 0) + weight * (one[step] ?? 0)
      }
    },
  }
}
