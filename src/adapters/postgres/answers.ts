import type { SeriesKind } from '../../telemetry/reading.ts'
import type { Buckets, Received, RollupBucket, Summary } from '../../telemetry/telemetry-store.ts'
import { fromColumns, type Row, toReading, toSeriesKey } from './rows.ts'

/** Rows of the statements that read, as what they say. */

/** What does not fit a number, such as the sum of two that hardly do, is unknown. */
function toNumber(value: Row[number] | undefined): number | null {
  const number = value === null || value === undefined ? NaN : Number(value)
  return Number.isFinite(number) ? number : null
}

export function toSummary(kind: SeriesKind, { from, width }: Buckets, quantiles: number, row: Row): Summary {
  const [, bucket, count, firstNum, firstInt, firstText, lastNum, lastInt, lastText, minNum, minInt, maxNum, maxInt, sumNum, sumInt, mean, stddev, shares, received] = row
  const exact = (num: Row[number] | undefined, int: Row[number] | undefined): number | bigint | null => (kind === 'float' ? toNumber(num) : kind === 'integer' ? BigInt(String(int)) : null)
  return {
    from: from + Number(bucket) * width, count: Number(count), received: Number(received),
    first: fromColumns(kind, firstNum, firstInt, firstText), last: fromColumns(kind, lastNum, lastInt, lastText),
    min: exact(minNum, minInt), max: exact(maxNum, maxInt), sum: exact(sumNum, sumInt),
    mean: toNumber(mean), stddev: toNumber(stddev),
    quantiles: Array.isArray(shares) ? shares.map((share: Row[number]) => toNumber(share)) : Array.from({ length: quantiles }, () => null),
  }
}

export const toRollupBucket = ({ from, width }: Buckets, [, bucket, count, value]: Row): RollupBucket => ({ from: from + Number(bucket) * width, count: Number(count), value: toNumber(value) })

/** The columns of a series, then those of a reading. */
export function toReceived(row: Row): Received {
  const series = toSeriesKey(row)
  return { ...toReading(series.kind, row.slice(5)), series }
}

/** The rows of each of `count` things asked for; the first column says which, from `firstPlace`. */
export function byPlace(rows: readonly Row[], count: number, firstPlace: 0 | 1): readonly (readonly Row[])[] {
  const places = Array.from({ length: count }, (): Row[] => [])
  for (const row of rows) places[Number(row[0]) - firstPlace]?.push(row)
  return places
}
