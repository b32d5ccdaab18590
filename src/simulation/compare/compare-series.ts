import type { Reading, SeriesValue } from '../../telemetry/reading.ts'
import { createMoments, type Moments } from '../statistics/moments.ts'
import type { SeriesDifference } from './comparison.ts'

/** Readings of both sides, in order of time, pages of them: every reading up to a time is in the same page or an earlier one. */
export interface SeriesPair {
  add(baseline: readonly Reading[], candidate: readonly Reading[]): void
  result(): Omit<SeriesDifference, 'twin' | 'name' | 'relevance'>
  /** Of every reading of the baseline, paired or not. */
  readonly spread: Pick<Moments, 'n' | 'mean' | 'squares'>
}

/** Compares two series of numbers or booleans, joined by time, as their readings come. */
export function compareSeries(): SeriesPair {
  const spread = createMoments()
  const [ofBaseline, ofCandidate] = [createMoments(), createMoments()]
  const unpaired = { baseline: 0, candidate: 0 }
  let [absolute, square] = [0, 0]
  let greatest: SeriesDifference['greatest'] = null
  const pair = (at: number, before: number, after: number): void => {
    const difference = after - before
    ofBaseline.add(before)
    ofCandidate.add(after)
    absolute += Math.abs(difference)
    square += difference * difference
    if (!greatest || Math.abs(difference) > Math.abs(greatest.difference)) greatest = { at, difference }
  }
  return {
    spread,
    add(baseline, candidate) {
      let other = 0
      for (const { at, value } of baseline) {
        const before = toNumber(value)
        spread.add(before)
        for (; (candidate[other]?.at ?? Infinity) < at; other++) unpaired.candidate++
        const match = candidate[other]
        if (match?.at !== at) {
          unpaired.baseline++
          continue
        }
        pair(at, before, toNumber(match.value))
        other++
      }
      unpaired.candidate += candidate.length - other
    },
    result() {
      const { n } = ofBaseline
      const nothing = { n, unpaired: { ...unpaired }, baseline: null, candidate: null, meanDifference: null, meanAbsoluteDifference: null, rmse: null, greatest: null }
      if (n === 0) return nothing
      return {
        ...nothing, baseline: ofBaseline.mean, candidate: ofCandidate.mean, meanDifference: ofCandidate.mean - ofBaseline.mean,
        meanAbsoluteDifference: absolute / n, rmse: Math.sqrt(square / n), greatest,
      }
    },
  }
}

/** Booleans count as 0 and 1. */
function toNumber(value: SeriesValue): number {
  if (typeof value === 'string') throw new TypeError('Only series of numbers and booleans are compared.')
  return Number(value)
}
