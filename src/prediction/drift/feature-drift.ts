import type { FeatureRows } from '../features/bound-features.ts'
import { type FeatureSpec, widthOf } from '../feature.ts'
import { distanceProbability, greatestDistance } from './kolmogorov-smirnov.ts'
import { stabilityIndex } from './psi.ts'
import { createReferenceCells, type ReferenceCells } from './reference-cells.ts'
import { addTo, createTally, merge, type Tally } from './tally.ts'

/** What features were like in training: those of which the card has a sample, and where in a row their numbers lie. */
export interface References {
  readonly features: readonly { readonly name: string; readonly cells: ReferenceCells; readonly from: number; readonly to: number }[]
}

export function createReferences(specs: readonly FeatureSpec[], reference: Readonly<Record<string, readonly number[]>>): References {
  const samples = new Map(Object.entries(reference))
  let to = 0
  return {
    features: specs.flatMap((spec) => {
      const from = to
      to += widthOf(spec)
      const sample = samples.get(spec.name)
      return sample && sample.length > 1 ? [{ name: spec.name, cells: createReferenceCells(sample), from, to }] : []
    }),
  }
}

/** Rows of a stretch of time, counted. */
export interface Stretch {
  /** Of the newest. */
  at: number
  rows: number
  /** In the order of the references' features. */
  readonly tallies: readonly Tally[]
}

export const createStretch = ({ features }: References): Stretch => ({ at: -Infinity, rows: 0, tallies: features.map(({ cells }) => createTally(cells)) })

export function addRow(stretch: Stretch, { features }: References, { at, values, width }: FeatureRows, row: number): void {
  stretch.at = Math.max(stretch.at, at[row] ?? -Infinity)
  stretch.rows++
  for (const [index, { cells, from, to }] of features.entries()) {
    const tally = stretch.tallies[index]
    for (let column = from; tally && column < to; column++) addTo(tally, cells, values[row * width + column] ?? NaN)
  }
}

export const mergeStretches = (stretches: readonly Stretch[], { features }: References): Stretch => ({
  at: Math.max(...stretches.map(({ at }) => at)), rows: stretches.reduce((sum, { rows }) => sum + rows, 0),
  tallies: features.map(({ cells }, index) => merge(stretches.flatMap(({ tallies }) => tallies[index] ?? []), cells)),
})

export interface Drift {
  readonly feature: string
  /** Among the references' features. */
  readonly index: number
  /** Beyond what chance makes of it. */
  readonly psi: number
  readonly ks: number
  readonly ksProbability: number
  /** Numbers it was measured on. */
  readonly numbers: number
}

/** Below so many numbers, chance is all there is to see. */
const fewest = 200

/** Of features with enough numbers. */
export const measureDrift = ({ features }: References, { tallies }: Stretch): readonly Drift[] => features.flatMap(({ name, cells }, index) => {
  const tally = tallies[index]
  if (!tally || tally.rows < fewest) return []
  const ks = greatestDistance(cells, tally)
  return [{ feature: name, index, psi: stabilityIndex(cells, tally).excess, ks, ksProbability: distanceProbability(ks, tally.rows, cells.size), numbers: tally.rows }]
})
