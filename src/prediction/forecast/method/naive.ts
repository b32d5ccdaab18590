import type { Method } from './method.ts'

export const lastValue: Method = {
  name: 'LAST_VALUE',
  seasons: [],
  fit: () => ({ predict: (values, origin, out) => { out.fill(values[origin - 1] ?? 0) } }),
}

export const drift: Method = {
  name: 'DRIFT',
  seasons: [],
  fit: () => ({
    predict(values, origin, out) {
      const last = values[origin - 1] ?? 0
      const slope = origin > 1 ? (last - (values[0] ?? 0)) / (origin - 1) : 0
      for (let step = 0; step < out.length; step++) out[step] = last + slope * (step + 1)
    },
  }),
}

export const seasonalNaive = (season: number): Method => ({
  name: 'SEASONAL_NAIVE',
  seasons: [season],
  fit: (_, count) => (count < season ? undefined : {
    predict(values, origin, out) {
      for (let step = 0; step < out.length; step++) out[step] = values[origin - season + (step % season)] ?? 0
    },
  }),
})
