import { cellOf, type ReferenceCells } from './reference-cells.ts'

/** How many numbers lie in each cell of a reference. */
export interface Tally {
  readonly counts: Uint32Array
  rows: number
  sum: number
}

export const createTally = ({ cells }: Pick<ReferenceCells, 'cells'>): Tally => ({ counts: new Uint32Array(cells), rows: 0, sum: 0 })

/** NaN, which is missing, counts nowhere; neither does what is infinite. */
export function addTo(tally: Tally, reference: ReferenceCells, number: number): void {
  if (!Number.isFinite(number)) return
  const cell = cellOf(reference, number)
  tally.counts[cell] = (tally.counts[cell] ?? 0) + 1
  tally.rows++
  tally.sum += number
}

export function merge(tallies: readonly Tally[], reference: ReferenceCells): Tally {
  const all = createTally(reference)
  for (const { counts, rows, sum } of tallies) {
    for (let cell = 0; cell < counts.length; cell++) all.counts[cell] = (all.counts[cell] ?? 0) + (counts[cell] ?? 0)
    all.rows += rows
    all.sum += sum
  }
  return all
}
