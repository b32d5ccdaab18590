import type { Forecaster, Method } from './method.ts'

/** Values just before. */
const nearest = 4
/** Of the squares on the diagonal, beside them: lags of a smooth series are nearly the same column. */
const ridge = 1e-4
/** Rows for every coefficient. */
const leastRows = 3

/** Linear in the values at lags, each step fed with what was expected of those before it. */
export const autoregression = (seasons: readonly number[]): Method => ({
  name: 'AUTOREGRESSION',
  seasons,
  fit(values, count) {
    const lags = lagsOf(seasons, count)
    const longest = lags.at(-1) ?? 1
    if (count - longest < leastRows * (lags.length + 1)) return undefined
    const centre = mean(values, count)
    const weights = leastSquares(values, count, lags, centre)
    return weights && createForecaster(lags, weights, centre, boundsOf(values, count))
  },
})

/** Ascending; two seasons back only where the history is long enough to learn from. */
function lagsOf(seasons: readonly number[], count: number): readonly number[] {
  const near = Array.from({ length: nearest }, (_, index) => index + 1)
  const far = seasons.flatMap((season) => [season - 1, season, season + 1, ...(count > 5 * season ? [2 * season, 2 * season + 1] : [])])
  return [...new Set([...near, ...far])].filter((lag) => lag >= 1).toSorted((one, other) => one - other)
}

function createForecaster(lags: readonly number[], weights: Float64Array, centre: number, bounds: Bounds): Forecaster {
  const longest = lags.at(-1) ?? 1
  const [size, reach] = [lags.length, Int32Array.from(lags)]
  let around = new Float64Array(0)
  return {
    predict(values, origin, out) {
      if (around.length !== longest + out.length) around = new Float64Array(longest + out.length)
      const known = Math.min(origin, longest)
      for (let index = 0; index < longest; index++) around[index] = index < longest - known ? 0 : (values[origin - longest + index] ?? 0) - centre
      for (let step = 0; step < out.length; step++) {
        let expected = weights[size] ?? 0
        for (let place = 0; place < size; place++) expected += (weights[place] ?? 0) * (around[longest + step - (reach[place] ?? 0)] ?? 0)
        const kept = Math.min(bounds.most, Math.max(bounds.least, expected + centre))
        around[longest + step] = kept - centre
        out[step] = kept
      }
    },
  }
}

interface Bounds {
  readonly least: number
  readonly most: number
}

/** No forecast runs away: as far beyond what was there as that reaches. */
function boundsOf(values: Float64Array, count: number): Bounds {
  let [least, most] = [Infinity, -Infinity]
  for (let index = 0; index < count; index++) {
    least = Math.min(least, values[index] ?? 0)
    most = Math.max(most, values[index] ?? 0)
  }
  return { least: least - (most - least), most: most + (most - least) }
}

function mean(values: Float64Array, count: number): number {
  let sum = 0
  for (let index = 0; index < count; index++) sum += values[index] ?? 0
  return sum / count
}

/** One weight a lag, and a constant. Undefined where the equations have no solution. */
function leastSquares(values: Float64Array, count: number, lags: readonly number[], centre: number): Float64Array | undefined {
  const size = lags.length + 1
  const [products, answer, row] = [new Float64Array(size * size), new Float64Array(size), new Float64Array(size)]
  row[size - 1] = 1
  for (let at = lags.at(-1) ?? 1; at < count; at++) {
    for (let place = 0; place < size - 1; place++) row[place] = (values[at - (lags[place] ?? 0)] ?? 0) - centre
    const target = (values[at] ?? 0) - centre
    for (let left = 0; left < size; left++) {
      const factor = row[left] ?? 0
      answer[left] = (answer[left] ?? 0) + factor * target
      for (let right = 0; right <= left; right++) products[left * size + right] = (products[left * size + right] ?? 0) + factor * (row[right] ?? 0)
    }
  }
  for (let place = 0; place < size - 1; place++) products[place * size + place] = (products[place * size + place] ?? 0) * (1 + ridge)
  return solve(products, answer, size)
}

/** By Cholesky's decomposition of the lower triangle, in place. */
function solve(matrix: Float64Array, answer: Float64Array, size: number): Float64Array | undefined {
  const cell = (row: number, column: number): number => matrix[row * size + column] ?? 0
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = cell(row, column)
      for (let before = 0; before < column; before++) sum -= cell(row, before) * cell(column, before)
      if (row === column && !(sum > 1e-12 * cell(row, row))) return undefined // in whatever unit values are
      matrix[row * size + column] = row === column ? Math.sqrt(sum) : sum / cell(column, column)
    }
  }
  for (let row = 0; row < size; row++) {
    let sum = answer[row] ?? 0
    for (let column = 0; column < row; column++) sum -= cell(row, column) * (answer[column] ?? 0)
    answer[row] = sum / cell(row, row)
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = answer[row] ?? 0
    for (let below = row + 1; below < size; below++) sum -= cell(below, row) * (answer[below] ?? 0)
    answer[row] = sum / cell(row, row)
  }
  return answer
}
