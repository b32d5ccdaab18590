/** Symmetric, positive definite equations of `size` unknowns, gathered term by term. */
export interface LinearSystem {
  /** Adds to the matrix at (row, column) and (column, row). */
  readonly add: (row: number, column: number, value: number) => void
  /** Adds to the right-hand side. */
  readonly addRight: (row: number, value: number) => void
  /** By Cholesky's decomposition. The system is spent by it. */
  readonly solve: () => Float64Array
}

export function createLinearSystem(size: number): LinearSystem {
  const lower = new Float64Array(size * size)
  const right = new Float64Array(size)
  return {
    add(row, column, value) {
      const place = Math.max(row, column) * size + Math.min(row, column)
      lower[place] = (lower[place] ?? 0) + value
    },
    addRight(row, value) {
      right[row] = (right[row] ?? 0) + value
    },
    solve() {
      const first = envelope(lower, size)
      decompose(lower, first, size)
      for (let row = 0; row < size; row++) right[row] = ((right[row] ?? 0) - product(lower, row * size, right, 0, first[row] ?? 0, row)) / (lower[row * size + row] ?? 0)
      for (let row = size - 1; row >= 0; row--) {
        const value = (right[row] ?? 0) / (lower[row * size + row] ?? 0)
        right[row] = value
        for (let above = first[row] ?? 0; above < row; above++) right[above] = (right[above] ?? 0) - value * (lower[row * size + above] ?? 0)
      }
      return right
    },
  }
}

/** Of each row the first column that is not 0. What lies before it stays 0 in the decomposition, so that a good order of the unknowns saves most of the work. */
function envelope(lower: Float64Array, size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, row) => {
    let column = 0
    while (column < row && lower[row * size + column] === 0) column++
    return column
  })
}

function decompose(lower: Float64Array, first: Int32Array, size: number): void {
  for (let row = 0; row < size; row++) {
    const start = first[row] ?? 0
    for (let column = start; column < row; column++) {
      const sum = (lower[row * size + column] ?? 0) - product(lower, row * size, lower, column * size, Math.max(start, first[column] ?? 0), column)
      lower[row * size + column] = sum / (lower[column * size + column] ?? 0)
    }
    const square = (lower[row * size + row] ?? 0) - product(lower, row * size, lower, row * size, start, row)
    if (square <= 0) throw new RangeError('a part of the network hangs on no reservoir and no tank')
    lower[row * size + row] = Math.sqrt(square)
  }
}

/** Of two vectors that begin somewhere in arrays, from one index to before another. */
function product(one: Float64Array, oneStart: number, other: Float64Array, otherStart: number, from: number, to: number): number {
  let sum = 0
  for (let index = from; index < to; index++) sum += (one[oneStart + index] ?? 0) * (other[otherStart + index] ?? 0)
  return sum
}
