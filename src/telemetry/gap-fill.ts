import type { Microseconds, SeriesValue } from './reading.ts'
import type { Buckets, Summary } from './telemetry-store.ts'

/** What stands in a bucket that holds no reading. */
export type Fill = 'NONE' | 'NULL' | 'PREVIOUS' | 'LINEAR'

/** A bucket of an answer: a summary of its readings, or, where it has none, what stands in its place. */
export interface FilledBucket {
  readonly from: Microseconds
  readonly to: Microseconds
  readonly summary: Summary | null
  readonly filled: SeriesValue | null
}

/**
 * All buckets that an answer has. `before`: the last value before the first bucket. LINEAR draws a line between the means of the neighbours that hold
 * readings, at the middles of the buckets, and fills nothing where there is no neighbour on one side.
 */
export function fillGaps(summaries: readonly Summary[], { from, to, width }: Buckets, fill: Fill, before?: SeriesValue): readonly FilledBucket[] {
  const bucket = (start: Microseconds, summary: Summary | null, filled: SeriesValue | null): FilledBucket => ({ from: start, to: Math.min(start + width, to), summary, filled })
  if (fill === 'NONE') return summaries.map((summary) => bucket(summary.from, summary, null))
  const all: FilledBucket[] = []
  let next = 0
  for (let start = from; start < to; start += width) {
    const summary = summaries[next]?.from === start ? (summaries[next++] ?? null) : null
    const [left, right] = [summaries[next - 1], summaries[next]]
    all.push(bucket(start, summary, summary ? null : fill === 'PREVIOUS' ? (left?.last ?? before ?? null) : fill === 'LINEAR' ? between(left, right, start, { from, to, width }) : null))
  }
  return all
}

function between(left: Summary | undefined, right: Summary | undefined, start: Microseconds, { to, width }: Buckets): number | null {
  if (left?.mean == null || right?.mean == null) return null
  const middle = (of: Microseconds): number => (of + Math.min(of + width, to)) / 2 // the last bucket may be shorter
  const weight = (middle(start) - middle(left.from)) / (middle(right.from) - middle(left.from))
  return left.mean * (1 - weight) + right.mean * weight
}
