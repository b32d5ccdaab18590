import type { Microseconds } from '../../telemetry/reading.ts'
import type { FeatureRows } from '../features/bound-features.ts'

/** Of twins, the instants that are wanted, ascending. */
export type WantedRows = ReadonlyMap<number, readonly Microseconds[]>

/** Rows that are read together: every twin at every instant. */
export interface RowGroup {
  readonly at: readonly Microseconds[]
  readonly twins: readonly number[]
}

/** Rows that nobody wants are cheaper than another call of the store, as long as they are not many more than those that are wanted. */
const [timesMore, fewMore] = [4, 1_000]

/** In one group where that reads little that is not wanted; else those of equal instants together. */
export function groupRows(wanted: WantedRows): readonly RowGroup[] {
  const at = [...new Set([...wanted.values()].flat())].sort((a, b) => a - b)
  const rows = [...wanted.values()].reduce((sum, { length }) => sum + length, 0)
  if (at.length * wanted.size <= timesMore * rows + fewMore) return [{ at, twins: [...wanted.keys()] }]
  return [...Map.groupBy(wanted, ([, instants]) => instants.join()).values()].map((group) => ({ at: group[0]?.[1] ?? [], twins: group.map(([twin]) => twin) }))
}

/** Those that are wanted. */
export function pickRows({ twins, at, values, width }: FeatureRows, wanted: WantedRows): FeatureRows {
  const sets = new Map([...wanted].map(([twin, instants]) => [twin, new Set(instants)]))
  const picked = [...twins.keys()].filter((row) => sets.get(twins[row] ?? -1)?.has(at[row] ?? NaN))
  if (picked.length === twins.length) return { twins, at, values, width }
  const found = new Float64Array(picked.length * width)
  for (const [place, row] of picked.entries()) found.set(values.subarray(row * width, (row + 1) * width), place * width)
  return { twins: Uint32Array.from(picked, (row) => twins[row] ?? 0), at: Float64Array.from(picked, (row) => at[row] ?? NaN), values: found, width }
}
