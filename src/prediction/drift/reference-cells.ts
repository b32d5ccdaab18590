/**
 * The line of numbers cut at a sample's own values: cell 2i is the numbers between value i - 1 and value i, cell 2i + 1 the value i itself. How many of other numbers
 * lie in each cell is all that is needed to compare them with the sample: both distributions are known exactly at, and just before, every step of the sample's.
 */
export interface ReferenceCells {
  /** Distinct, ascending. */
  readonly values: Float64Array
  /** Of the sample: how many are at most the value. */
  readonly upTo: Uint32Array
  /** Numbers of the sample. */
  readonly size: number
  /** 2 × values + 1. */
  readonly cells: number
  readonly mean: number
  /** Of the sample (n - 1). */
  readonly deviation: number
}

/** `sample`: sorted, of 2 finite numbers or more. */
export function createReferenceCells(sample: readonly number[]): ReferenceCells {
  const distinct: number[] = []
  const upTo: number[] = []
  for (const [index, value] of sample.entries()) {
    if (value !== distinct.at(-1)) distinct.push(value)
    upTo[distinct.length - 1] = index + 1
  }
  const size = sample.length
  const mean = sample.reduce((sum, value) => sum + value / size, 0)
  const deviation = Math.sqrt(sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (size - 1))
  return { values: Float64Array.from(distinct), upTo: Uint32Array.from(upTo), size, cells: 2 * distinct.length + 1, mean, deviation }
}

/** Where a finite number lies, by bisection. */
export function cellOf({ values }: ReferenceCells, number: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] ?? NaN) < number) low = middle + 1
    else high = middle
  }
  return values[low] === number ? 2 * low + 1 : 2 * low
}
