import type { FeatureRows } from '../features/bound-features.ts'
import { cutRows } from './cut-rows.ts'

/** The same rows in batches of at most so many: small portions are put together, as a model takes many rows in hardly more time than one. */
export async function* poolRows(portions: AsyncIterable<FeatureRows>, most: number): AsyncGenerator<FeatureRows> {
  let [pool, count]: [FeatureRows[], number] = [[], 0]
  for await (const portion of portions) {
    for (const rows of cutRows(portion, most)) {
      if (count + rows.twins.length > most) {
        yield joinRows(pool)
        ;[pool, count] = [[], 0]
      }
      pool.push(rows)
      count += rows.twins.length
    }
  }
  if (count > 0) yield joinRows(pool)
}

/** One after the other. */
function joinRows(portions: readonly FeatureRows[]): FeatureRows {
  const [first] = portions
  if (!first) throw new Error('There are no rows to put together.')
  if (portions.length === 1) return first
  const { width } = first
  const count = portions.reduce((sum, { twins }) => sum + twins.length, 0)
  const joined = { twins: new Uint32Array(count), at: new Float64Array(count), values: new Float64Array(count * width), width }
  let start = 0
  for (const { twins, at, values } of portions) {
    joined.twins.set(twins, start)
    joined.at.set(at, start)
    joined.values.set(values, start * width)
    start += twins.length
  }
  return joined
}
