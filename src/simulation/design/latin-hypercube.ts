import type { RandomStream } from '../engine-program.ts'

/**
 * M. D. McKay, R. J. Beckman, W. J. Conover 1979: of `count` equal parts of each axis, every one has one point, anywhere in it; which parts meet is chance.
 * In [0, 1). An axis keeps its numbers whatever axes come after it.
 */
export function latinHypercube(dimensions: number, count: number, random: (stream: string) => RandomStream): readonly (readonly number[])[] {
  const columns = Array.from({ length: dimensions }, (_, axis) => stratified(count, random(`axis ${axis}`)))
  return Array.from({ length: count }, (_, row) => columns.map((column) => column[row] ?? 0))
}

/** One number of each part, shuffled (Fisher and Yates). */
function stratified(count: number, random: RandomStream): Float64Array {
  const numbers = Float64Array.from({ length: count }, (_, part) => Math.min((part + random.uniform()) / count, 1 - 2 ** -53))
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random.uniform() * (last + 1))
    const kept = numbers[last] ?? 0
    numbers[last] = numbers[other] ?? 0
    numbers[other] = kept
  }
  return numbers
}
