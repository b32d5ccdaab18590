import type { ReferenceCells } from './reference-cells.ts'
import type { Tally } from './tally.ts'

/** Numbers of the reference in a bin, and bins, at most. */
const [leastInBin, mostBins] = [25, 10]
/** What is added to each count, so that an empty bin has a logarithm (Jeffreys). */
const smoothing = 0.5

/**
 * The population stability index, Σ (aᵢ - eᵢ) ln(aᵢ / eᵢ) over up to ten bins that hold equal shares eᵢ of the reference: by custom below 0.1 nothing has changed, from 0.25 on much
 * has (Siddiqi, Credit Risk Scorecards, 2006). Those thresholds are of large samples: without any drift it comes to about (bins - 1)(1/n + 1/m) by chance alone
 * (Yurdakul, Statistical Properties of Population Stability Index, 2018), so that `excess` is what it has beyond that, at least 0.
 */
export function stabilityIndex(reference: ReferenceCells, tally: Tally): StabilityIndex {
  const ends = binEnds(reference)
  const bins = ends.length
  const share = (count: number, all: number): number => (count + smoothing) / (all + bins * smoothing)
  let [psi, cell, before] = [0, 0, 0]
  for (const end of ends) {
    let count = 0
    for (; cell <= end; cell++) count += tally.counts[cell] ?? 0
    const upTo = reference.upTo[Math.ceil(end / 2) - 1] ?? 0
    const [actual, expected] = [share(count, tally.rows), share(upTo - before, reference.size)]
    psi += (actual - expected) * Math.log(actual / expected)
    before = upTo
  }
  const expected = expectedIndex(bins, tally.rows, reference.size)
  return { psi, bins, expected, excess: Math.max(0, psi - expected) }
}

export interface StabilityIndex {
  readonly psi: number
  readonly bins: number
  /** By chance. */
  readonly expected: number
  readonly excess: number
}

/** What the index comes to in the mean where n and m numbers are of one distribution. */
export const expectedIndex = (bins: number, n: number, m: number): number => (bins - 1) * (1 / n + 1 / m)

/** The last cell of each bin; the first and the last bin have no other end. Equal values are not divided, so that there may be fewer bins than wanted. */
function binEnds({ values, upTo, size, cells }: ReferenceCells): readonly number[] {
  if (values.length === 1) return [0, 1, 2] // less, equal, greater
  const wanted = Math.max(2, Math.min(mostBins, Math.floor(size / leastInBin)))
  const ends: number[] = []
  let closed = 0
  for (const [index, count] of upTo.entries()) {
    const reached = Math.floor((count * wanted) / size + 1e-9)
    if (reached > closed) ends.push(2 * index + 1)
    closed = reached
  }
  return [...ends.slice(0, -1), cells - 1]
}
