import { Matrix, SVD } from 'ml-matrix'
import type { CalibrationVariable } from '../engine-host.ts'
import { sizeOf } from './finite-differences.ts'
import { columnNorms, type Triangle } from './triangle.ts'

/** What the measurements say of the variables, linearised where the fit ended. */
export interface Uncertainty {
  /** Of those that are determined, unscaled: as if the sigmas were true. By variable; undefined where nothing is known. */
  covariance(i: number, j: number): number | undefined
  readonly standing: readonly Standing[]
}

export type Standing =
  | { readonly kind: 'determined' }
  | { readonly kind: 'fixed' } // its bounds leave one number
  | { readonly kind: 'atBound'; readonly bound: 'MIN' | 'MAX' }
  | { readonly kind: 'flat' } // nothing that was measured changes with it
  /** A combination changes nothing that was measured: when this goes up by 1, each of `others` by its `by`. */
  | { readonly kind: 'combined'; readonly others: readonly { readonly index: number; readonly by: number }[] }

/** Of columns of length 1, what finite differences cannot tell from the same direction. */
const indistinct = 1e-5
/** Part of a direction, from which a variable is said to belong to it. */
const belongs = 0.05

export function uncertaintyOf(variables: readonly CalibrationVariable[], numbers: readonly number[], triangle: Triangle): Uncertainty {
  const norms = columnNorms(triangle)
  const gradient = variables.map((_, column) => triangle.c.reduce((sum, value, row) => sum + triangle.R.get(row, column) * value, 0))
  const standing: Standing[] = variables.map((variable, i) => standingOf(variable, numbers[i] ?? variable.start, norms[i] ?? 0, gradient[i] ?? 0))
  const free = standing.flatMap(({ kind }, i) => (kind === 'determined' ? [i] : []))
  if (free.length === 0) return { standing, covariance: () => undefined }
  const svd = new SVD(new Matrix(triangle.c.map((_, row) => free.map((column) => triangle.R.get(row, column) / (norms[column] ?? 1)))))
  const V = svd.rightSingularVectors
  const greatest = svd.diagonal[0] ?? 0
  const open = svd.diagonal.flatMap((s, k) => (s <= indistinct * greatest ? [k] : []))
  for (const [j, i] of free.entries()) {
    const most = open.toSorted((a, b) => Math.abs(V.get(j, b)) - Math.abs(V.get(j, a)))[0]
    if (most === undefined || Math.abs(V.get(j, most)) < belongs) continue
    const own = V.get(j, most) / (norms[i] ?? 1)
    const others = free.flatMap((index, k) => (index !== i && Math.abs(V.get(k, most)) >= belongs ? [{ index, by: V.get(k, most) / (norms[index] ?? 1) / own }] : []))
    standing[i] = { kind: 'combined', others }
  }
  const place = new Map(free.map((i, j) => [i, j]))
  const closed = svd.diagonal.flatMap((s, k) => (open.includes(k) ? [] : [{ s, k }]))
  return {
    standing,
    covariance(a, b) {
      const [i, j] = [place.get(a), place.get(b)]
      if (i === undefined || j === undefined || standing[a]?.kind !== 'determined' || standing[b]?.kind !== 'determined') return undefined
      return closed.reduce((sum, { s, k }) => sum + V.get(i, k) * V.get(j, k) / (s * s), 0) / ((norms[a] ?? 1) * (norms[b] ?? 1))
    },
  }
}

/** At a bound only where the measurements push it there; one that happens to lie on it is free. */
function standingOf(variable: CalibrationVariable, number: number, norm: number, gradient: number): Standing {
  if (variable.min >= variable.max) return { kind: 'fixed' }
  if (norm === 0) return { kind: 'flat' }
  const near = 1e-9 * sizeOf(variable, number)
  if (number - variable.min <= near && gradient >= 0) return { kind: 'atBound', bound: 'MIN' }
  if (variable.max - number <= near && gradient <= 0) return { kind: 'atBound', bound: 'MAX' }
  return { kind: 'determined' }
}
