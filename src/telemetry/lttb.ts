/**
 * Largest triangle, three buckets (Steinarsson, Downsampling Time Series for Visual Representation, 2013): indices of at most `points` points that keep the
 * curve's shape. The first and the last are kept; of every bucket in between, the one that spans the largest triangle with the one kept before and the mean
 * of the next bucket.
 */
export function largestTriangles(times: readonly number[], values: readonly number[], points: number): readonly number[] {
  const count = times.length
  if (points >= count) return times.map((_, index) => index)
  if (points <= 2) return points <= 0 ? [] : points === 1 ? [count - 1] : [0, count - 1]
  const kept = [0]
  const startOf = (bucket: number): number => 1 + Math.floor((bucket * (count - 2)) / (points - 2))
  for (let bucket = 0; bucket < points - 2; bucket++) {
    const [start, end] = [startOf(bucket), startOf(bucket + 1)]
    const next = bucket === points - 3 ? { time: times[count - 1] ?? 0, value: values[count - 1] ?? 0 } : meanOf(times, values, end, startOf(bucket + 2))
    kept.push(largest(times, values, kept.at(-1) ?? 0, next, start, end))
  }
  kept.push(count - 1)
  return kept
}

function meanOf(times: readonly number[], values: readonly number[], start: number, end: number): { readonly time: number; readonly value: number } {
  let [time, value] = [0, 0]
  for (let index = start; index < end; index++) {
    time += times[index] ?? 0
    value += values[index] ?? 0
  }
  return { time: time / (end - start), value: value / (end - start) }
}

function largest(times: readonly number[], values: readonly number[], before: number, next: { readonly time: number; readonly value: number }, start: number, end: number): number {
  const [time, value] = [times[before] ?? 0, values[before] ?? 0]
  let [best, greatest] = [start, -1]
  for (let index = start; index < end; index++) {
    const area = Math.abs((time - next.time) * ((values[index] ?? 0) - value) - (time - (times[index] ?? 0)) * (next.value - value))
    if (area > greatest) [best, greatest] = [index, area]
  }
  return best
}
