import type { Microseconds, Reading, SeriesKind, SeriesValue } from '../reading.ts'
import type { Summary } from '../telemetry-store.ts'

/**
 * What remains of readings when they are forgotten: enough to put summaries of neighbouring times together without loss.
 * Of integers count, min, max and sum are exact. `m2` is the sum of the squared deviations from the mean; null for text and JSON, and like sum and mean
 * where it is beyond what a number holds.
 */
export interface Totals {
  readonly count: number
  /** When the last of them was received; undefined where that was not kept, as in stores of former releases. */
  readonly received: Microseconds | undefined
  readonly first: SeriesValue
  readonly last: SeriesValue
  readonly min: number | bigint | null
  readonly max: number | bigint | null
  readonly sum: number | bigint | null
  readonly mean: number | null
  readonly m2: number | null
}

/** One reading. */
export function totalsOf(kind: SeriesKind, { value, receivedAt }: Pick<Reading, 'value' | 'receivedAt'>): Totals {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  const number = isNumber ? value : null
  const mean = isNumber || kind === 'boolean' ? Number(value) : null
  return { count: 1, received: receivedAt, first: value, last: value, min: number, max: number, sum: number, mean, m2: mean === null ? null : 0 }
}

/**
 * Two summaries of different readings of one series, the earlier one first. Means and squared deviations are put together by the formula of
 * T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979 (Stanford STAN-CS-79-773), eq. 2.1.
 */
export function combine(left: Totals, right: Totals): Totals {
  const count = left.count + right.count
  const sum = add(left.sum, right.sum)
  const isKnown = left.mean !== null && right.mean !== null
  const delta = isKnown ? Number(right.mean) - Number(left.mean) : 0
  return {
    count, first: left.first, last: right.last, sum,
    received: left.received === undefined || right.received === undefined ? undefined : Math.max(left.received, right.received),
    min: left.min !== null && right.min !== null && right.min < left.min ? right.min : left.min,
    max: left.max !== null && right.max !== null && right.max > left.max ? right.max : left.max,
    mean: typeof sum === 'bigint' ? Number(sum) / count : isKnown ? finite(Number(left.mean) + delta * (right.count / count)) : null,
    m2: isKnown && left.m2 !== null && right.m2 !== null ? finite(left.m2 + right.m2 + delta * delta * (left.count * right.count / count)) : null,
  }
}

/** With readings that came late: they are neither the first nor the last, as when those were is not known any more. */
export const withLate = (known: Totals, late: Totals): Totals => ({ ...combine(known, late), last: known.last })

const add = (left: number | bigint | null, right: number | bigint | null): number | bigint | null =>
  (typeof left === 'bigint' && typeof right === 'bigint' ? left + right : left === null || right === null ? null : finite(Number(left) + Number(right)))

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

export const fromSummary = ({ count, received, first, last, min, max, sum, mean, stddev }: Summary): Totals =>
  ({ count, received, first, last, min, max, sum, mean, m2: mean === null ? null : count < 2 ? 0 : stddev === null ? null : stddev ** 2 * (count - 1) })

/** Quantiles are not known of readings that are gone. */
export const toSummary = (from: Microseconds, { m2, received = from, ...rest }: Totals, quantiles: number): Summary =>
  ({ from, received, ...rest, stddev: m2 === null || rest.count < 2 ? null : Math.sqrt(m2 / (rest.count - 1)), quantiles: Array.from({ length: quantiles }, () => null) })
