import type { Microseconds } from '../telemetry/reading.ts'
import type { Aggregate } from '../telemetry/telemetry-store.ts'

export interface Valued {
  readonly at: Microseconds
  readonly value: number
}

/** Of each reading from `from` on, the aggregate of those in (at - window, at]. Readings are in order of time. */
export function windowed(readings: readonly Valued[], { aggregate, window }: { readonly aggregate: Aggregate; readonly window: Microseconds }, from: Microseconds): readonly Valued[] {
  const found: Valued[] = []
  let first = 0
  for (const [index, { at }] of readings.entries()) {
    if (at < from) continue
    while ((readings[first]?.at ?? at) <= at - window) first++
    found.push({ at, value: combine(readings, first, index, aggregate) })
  }
  return found
}

function combine(readings: readonly Valued[], first: number, last: number, aggregate: Aggregate): number {
  if (aggregate === 'COUNT') return last - first + 1
  if (aggregate === 'FIRST') return readings[first]?.value ?? Number.NaN
  if (aggregate === 'LAST') return readings[last]?.value ?? Number.NaN
  let [sum, least, greatest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let index = first; index <= last; index++) {
    const value = readings[index]?.value ?? Number.NaN
    sum += value
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
  }
  if (aggregate === 'MIN') return least
  if (aggregate === 'MAX') return greatest
  return aggregate === 'SUM' ? sum : sum / (last - first + 1)
}
