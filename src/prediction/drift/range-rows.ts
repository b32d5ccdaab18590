import type { Microseconds } from '../../telemetry/reading.ts'
import type { FeatureRows } from '../features/bound-features.ts'
import { addRow, createStretch, mergeStretches, type References, type Stretch } from './feature-drift.ts'

const day = 86_400_000_000
/** Counts of all stretches, 4 bytes each. */
const mostCounts = 4_000_000
const [fewestStretches, mostStretches] = [8, 400]
/** Rows that a stretch is looked at with, from those before it where it has fewer itself. */
const enoughRows = 200

/**
 * Rows of a range of time, which come twin by twin: counted by the day (UTC), or by longer stretches where there are more days than can be kept, so that each
 * holds all twins.
 */
export interface RangeRows {
  /** These of them. */
  add(rows: FeatureRows, chosen: readonly number[]): void
  /** Each stretch by itself, and with those before it until there are enough rows; the oldest first. */
  stretches(): readonly { readonly own: Stretch; readonly trailing: Stretch }[]
}

export function createRangeRows(references: References): RangeRows {
  const counts = references.features.reduce((sum, { cells }) => sum + cells.cells, 1)
  const most = Math.min(mostStretches, Math.max(fewestStretches, Math.floor(mostCounts / counts)))
  let width: Microseconds = day
  let byPlace = new Map<number, Stretch>()
  const widen = (): void => {
    width *= 2
    byPlace = new Map([...Map.groupBy(byPlace, ([place]) => Math.floor(place / 2))].map(([place, found]) => [place, mergeStretches(found.map(([, stretch]) => stretch), references)]))
  }
  const stretchAt = (at: Microseconds): Stretch => {
    const place = Math.floor(at / width)
    const known = byPlace.get(place)
    if (known) return known
    if (byPlace.size >= most) {
      widen()
      return stretchAt(at)
    }
    const made = createStretch(references)
    byPlace.set(place, made)
    return made
  }
  return {
    add(rows, chosen) {
      for (const row of chosen) addRow(stretchAt(rows.at[row] ?? 0), references, rows, row)
    },
    stretches() {
      const all = [...byPlace].sort(([one], [other]) => one - other).map(([, stretch]) => stretch)
      return all.map((own, index) => {
        let [first, rows] = [index, own.rows]
        while (rows < enoughRows && first > 0) rows += all[--first]?.rows ?? 0
        return { own, trailing: first === index ? own : mergeStretches(all.slice(first, index + 1), references) }
      })
    },
  }
}
