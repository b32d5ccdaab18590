import type { FeatureRows } from '../features/bound-features.ts'
import { addRow, createStretch, mergeStretches, type References, type Stretch } from './feature-drift.ts'

/** Rows of a stretch, unless more are of one instant, and stretches that are looked at together: a thousand rows or so. */
const [inOneStretch, stretchesAtOnce] = [250, 4]

/** The last rows that came, of whichever twins, in a few stretches: the oldest goes as a whole. */
export interface RecentRows {
  /** These of them. */
  add(rows: FeatureRows, chosen: readonly number[]): void
  /** All of them; undefined: there are none. */
  whole(): Stretch | undefined
}

export function createRecentRows(references: References): RecentRows {
  const stretches: Stretch[] = []
  return {
    add(rows, chosen) {
      for (const row of chosen.toSorted((one, other) => (rows.at[one] ?? 0) - (rows.at[other] ?? 0))) {
        let last = stretches.at(-1)
        if (!last || (last.rows >= inOneStretch && (rows.at[row] ?? NaN) > last.at)) {
          stretches.push(last = createStretch(references))
          if (stretches.length > stretchesAtOnce) stretches.shift()
        }
        addRow(last, references, rows, row)
      }
    },
    whole: () => (stretches.length === 0 ? undefined : mergeStretches(stretches, references)),
  }
}
