import { lanes } from './rows.ts'
import type { Table } from './table.ts'

/** What to do next so that queries look into few, sorted segments. */
export interface Task {
  /** `unite`: one segment of several of a size. `settle`: late readings become ordinary. */
  readonly kind: 'unite' | 'settle'
  readonly parts: readonly Table[]
}

const tierFactor = 8
const smallest = 20_000
/** A segment this large is not united with others: rewriting it would cost more than it saves. */
const largest = 16_000_000
const mostLateSegments = 8
const mostLateRows = 500_000

/** The tasks of a log-structured merge tree, by size: every reading is rewritten once a tier. Undefined: nothing to do. */
export function nextTask(segments: readonly Table[]): Task | undefined {
  for (const lane of lanes) {
    const late = segments.filter((table) => table.lane === lane && table.late)
    if (late.length >= mostLateSegments || late.reduce((sum, { rows }) => sum + rows, 0) >= mostLateRows) return { kind: 'settle', parts: late }
    const tiers = Map.groupBy(segments.filter((table) => table.lane === lane && !table.late && table.rows < largest), ({ rows, replaced }) => `${replaced} ${Math.max(0, Math.floor(Math.log(rows / smallest) / Math.log(tierFactor)))}`)
    for (const parts of tiers.values()) if (parts.length >= tierFactor) return { kind: 'unite', parts: parts.slice(0, tierFactor) }
  }
  return undefined
}
