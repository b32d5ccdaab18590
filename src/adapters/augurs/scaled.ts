/** Less their median, by the median absolute deviation of the differences of neighbours: by the noise, and not by the steps that are looked for. */
export function scaledByMedian(values: Float64Array): Float64Array {
  const middle = medianOf(values)
  const changes = values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? 0)))
  const spread = medianOf(changes) || Math.max(...changes) || 1
  return values.map((value) => (value - middle) / spread)
}

export function medianOf(values: Float64Array): number {
  const sorted = values.toSorted()
  const { length } = sorted
  return ((sorted[(length - 1) >> 1] ?? NaN) + (sorted[length >> 1] ?? NaN)) / 2
}
