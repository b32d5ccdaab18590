import { Matrix, SVD } from 'ml-matrix'
import { columnNorms, type Triangle } from './triangle.ts'

export interface StepOptions {
  /** What δ is measured by, a positive number a variable: makes the step the same whatever the variables' units are. */
  readonly scale: readonly number[]
  /** 0: the whole Gauss-Newton step. */
  readonly damping: number
  readonly room: readonly { readonly down: number; readonly up: number }[]
}

/** Directions whose singular value is less than this part of the greatest are left out of undamped steps. */
const negligible = 1e-10

/**
 * The δ that makes `|J δ + r|² + damping |scale δ|²` small without leaving the bounds: variables that would cross theirs are held there,
 * and the others are solved for again.
 */
export function boundedStep(triangle: Triangle, { scale, damping, room }: StepOptions): readonly number[] {
  const delta = new Array<number>(scale.length).fill(0)
  const norms = columnNorms(triangle)
  let free = delta.flatMap((_, i) => ((norms[i] ?? 0) > 0 ? [i] : []))
  while (free.length > 0) {
    for (const [j, by] of freeStep(triangle, free, delta, scale, damping).entries()) delta[free[j] ?? 0] = by
    const crossing = free.filter((i) => outOf(room[i], delta[i] ?? 0))
    if (crossing.length === 0) break
    for (const i of crossing) delta[i] = (delta[i] ?? 0) > 0 ? room[i]?.up ?? 0 : -(room[i]?.down ?? 0)
    free = free.filter((i) => !crossing.includes(i))
  }
  return delta
}

const outOf = (room: StepOptions['room'][number] | undefined, by: number): boolean => room !== undefined && (by > room.up || -by > room.down)

/** By singular values: `-V diag(s / (s² + damping)) Uᵀ b`, b with what is held already in it. */
function freeStep({ R, c }: Triangle, free: readonly number[], delta: readonly number[], scale: readonly number[], damping: number): readonly number[] {
  const isFree = new Set(free)
  const rhs = c.map((value, row) => delta.reduce((sum, by, column) => (isFree.has(column) ? sum : sum + R.get(row, column) * by), value))
  const scaled = new Matrix(c.map((_, row) => free.map((column) => R.get(row, column) / (scale[column] ?? 1))))
  const svd = new SVD(scaled)
  const singular = svd.diagonal
  const least = negligible * (singular[0] ?? 0)
  const along = singular.map((s, k) => {
    if (s <= least) return 0
    return -s / (s * s + damping) * rhs.reduce((sum, value, row) => sum + svd.leftSingularVectors.get(row, k) * value, 0)
  })
  return free.map((column, j) => along.reduce((sum, value, k) => sum + svd.rightSingularVectors.get(j, k) * value, 0) / (scale[column] ?? 1))
}
