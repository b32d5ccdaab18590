import { Matrix, QrDecomposition } from 'ml-matrix'

/** `|J δ + r|²` in few rows: `|R δ + c|² + rest` for every δ; R is square and upper triangular. */
export interface Triangle {
  readonly R: Matrix
  readonly c: readonly number[]
  /** The part of |r|² that no δ changes. */
  readonly rest: number
}

const rowsAtOnce = 512

/** By Householder reflections, some rows at a time: a calibration may have a million of them. Better conditioned than the normal equations. */
export function triangularize(columns: readonly Float64Array[], residuals: Float64Array): Triangle {
  const width = columns.length + 1
  const all = [...columns, residuals]
  let upper = Matrix.zeros(width, width)
  for (let from = 0; from < residuals.length; from += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, residuals.length - from)
    const stacked = Matrix.zeros(width + rows, width).setSubMatrix(upper, 0, 0)
    for (const [column, values] of all.entries()) for (let row = 0; row < rows; row++) stacked.set(width + row, column, values[from + row] ?? 0)
    upper = new QrDecomposition(stacked).upperTriangularMatrix
  }
  const size = columns.length
  const last = upper.getColumn(size)
  return { R: upper.subMatrix(0, size - 1, 0, size - 1), c: last.slice(0, size), rest: (last[size] ?? 0) ** 2 }
}

/** The lengths of the Jacobian's columns. */
export const columnNorms = ({ R }: Triangle): readonly number[] => Array.from({ length: R.columns }, (_, column) => Math.hypot(...R.getColumn(column)))

/** `|r|² - |J δ + r|²`. */
export function predictedGain({ R, c }: Triangle, delta: readonly number[]): number {
  let gain = 0
  for (const [row, before] of c.entries()) {
    const after = delta.reduce((sum, by, column) => sum + R.get(row, column) * by, before)
    gain += before * before - after * after
  }
  return gain
}
