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
const [timesMore, fewMore] = [4, 4_000]

/** Few groups: twins that are wanted at about the same time go together, as long as that reads little that is not wanted. */
export function groupRows(wanted: WantedRows): readonly RowGroup[] {
  const groups: RowGroup[] = []
  let [at, twins, rows] = [new Set<Microseconds>(), [] as number[], 0]
  const end = (): void => { if (twins.length > 0) groups.push({ at: [...at].sort((a, b) => a - b), twins }) }
  for (const [twin, instants] of [...wanted].sort(([, a], [, b]) => (a[0] ?? 0) - (b[0] ?? 0))) {
    const more = instants.reduce((count, instant) => count + (at.has(instant) ? 0 : 1), 0)
    if ((at.size + more) * (twins.length + 1) > timesMore * (rows + instants.length) + fewMore) {
      end()
      ;[at, twins, rows] = [new Set(), [], 0]
    }
    for (const instant of instants) at.add(instant)
    twins.push(twin)
    rows += instants.length
  }
  end()
  return groups
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
