import type { Microseconds } from '../reading.ts'
import type { Affine, Aggregate } from '../telemetry-store.ts'
import type { Stored } from './stored-totals.ts'
import type { Totals } from './totals.ts'

/** What a part of the readings of a group contributes to a bucket. */
export interface Cell {
  readonly count: number
  /** Of MEAN the sum. */
  readonly value: number | null
  /** About when the value was, for FIRST and LAST. */
  readonly at: Microseconds
}

/** Of readings that are in stored buckets. Booleans count as 0 and 1. */
export const contribution = (aggregate: Aggregate, { totals, first, last }: Stored, affine?: Affine): Cell =>
  ({ count: totals.count, value: affine ? scaledValueOf(aggregate, totals, affine) : valueOf(aggregate, totals), at: aggregate === 'LAST' ? last : first })

/** What is least becomes the greatest where the scale is negative. */
function scaledValueOf(aggregate: Aggregate, totals: Totals, { scale, shift }: Affine): number | null {
  if (aggregate === 'COUNT') return totals.count
  const turned = scale >= 0 ? aggregate : aggregate === 'MIN' ? 'MAX' : aggregate === 'MAX' ? 'MIN' : aggregate
  const value = valueOf(turned, totals)
  const isSum = aggregate === 'SUM' || aggregate === 'MEAN'
  return value === null ? null : value * scale + (isSum ? shift * totals.count : shift)
}

function valueOf(aggregate: Aggregate, { count, first, last, min, max, sum, mean }: Totals): number | null {
  switch (aggregate) {
    case 'MEAN': case 'SUM': return sum !== null ? Number(sum) : mean === null ? null : Math.round(mean * count)
    case 'MIN': return min === null ? (mean === 1 ? 1 : 0) : Number(min)
    case 'MAX': return max === null ? (mean === 0 ? 0 : 1) : Number(max)
    case 'COUNT': return count
    case 'FIRST': return Number(first)
    case 'LAST': return Number(last)
  }
}

/** Two parts of one bucket. */
export function foldCell(aggregate: Aggregate, left: Cell, right: Cell): Cell {
  const [earlier, later] = right.at < left.at ? [right, left] : [left, right]
  return { at: aggregate === 'LAST' ? later.at : earlier.at, count: left.count + right.count, value: folded(aggregate, earlier.value, later.value) }
}

function folded(aggregate: Aggregate, earlier: number | null, later: number | null): number | null {
  if (earlier === null || later === null) return earlier ?? later
  switch (aggregate) {
    case 'MEAN': case 'SUM': case 'COUNT': return earlier + later
    case 'MIN': return Math.min(earlier, later)
    case 'MAX': return Math.max(earlier, later)
    case 'FIRST': return earlier
    case 'LAST': return later
  }
}
