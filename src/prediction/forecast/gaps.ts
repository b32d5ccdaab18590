/** NaN is a gap. */
export function countKnown(values: Float64Array): number {
  let count = 0
  for (const value of values) if (!Number.isNaN(value)) count++
  return count
}

/**
 * The values with gaps filled by what was there a season earlier (the longest first), or by the last value: by nothing that came later, as a backtest would otherwise read
 * of the future. The values begin with a known one.
 */
export function fillGaps(values: Float64Array, seasons: readonly number[]): Float64Array {
  const filled = values.slice()
  const longestFirst = seasons.toReversed()
  for (let at = 0; at < filled.length; at++) {
    if (!Number.isNaN(filled[at])) continue
    const season = longestFirst.find((length) => length <= at)
    filled[at] = filled[at - (season ?? 1)] ?? 0
  }
  return filled
}
