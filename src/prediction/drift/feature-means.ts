import type { FeatureRows } from '../features/bound-features.ts'
import type { References } from './feature-drift.ts'
import { advance, excursionOf, type PageHinkley, startPageHinkley } from './page-hinkley.ts'
import type { Tally } from './tally.ts'

/** Changes of the mean of a quarter of the deviation that training had are none. */
const tolerance = 0.25

/** The Page-Hinkley test of each feature, in deviations of its reference: of the order of how many rows lie beyond, times by how much. */
export interface FeatureMeans {
  /** Numbers of each feature, later than those before. */
  add(sums: readonly Pick<Tally, 'rows' | 'sum'>[]): void
  excursion(feature: number): number
}

/** `excursions`: what the tests had come to, by feature. */
export function createFeatureMeans({ features }: References, excursions: readonly number[] = []): FeatureMeans {
  const states: PageHinkley[] = features.map(({ cells }, index) => startPageHinkley(0, cells.size, excursions[index]))
  return {
    add(sums) {
      for (const [index, { cells: { mean, deviation } }] of features.entries()) {
        const [state, { rows, sum }] = [states[index], sums[index] ?? { rows: 0, sum: 0 }]
        if (state && rows > 0) states[index] = advance(state, (sum / rows - mean) / (deviation || Math.abs(mean) || 1), tolerance, rows)
      }
    },
    excursion(feature) {
      const state = states[feature]
      return state ? excursionOf(state) : 0
    },
  }
}

/** Of rows, by feature; what is missing is not among them. */
export const sumsOf = ({ features }: References, { values, width }: FeatureRows, chosen: readonly number[]): readonly Pick<Tally, 'rows' | 'sum'>[] => features.map(({ from, to }) => {
  let [rows, sum] = [0, 0]
  for (const row of chosen) {
    for (let column = from; column < to; column++) {
      const value = values[row * width + column] ?? NaN
      if (!Number.isFinite(value)) continue
      rows++
      sum += value
    }
  }
  return { rows, sum }
})
