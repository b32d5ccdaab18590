import { type Measure, measures } from '../prediction/features/measure.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { Aggregate } from '../telemetry/telemetry-store.ts'

export interface Valued {
  readonly at: Microseconds
  readonly value: number
}

/** Of each reading from `from` on, the aggregate of those in (at - window, at]. Readings are in order of time; each comes in once and leaves once. */
export function windowed(readings: readonly Valued[], { aggregate, window }: { readonly aggregate: Aggregate; readonly window: Microseconds }, from: Microseconds): readonly Valued[] {
  const measure = measureOf(aggregate)
  const found: Valued[] = []
  let first = 0
  for (const { at, value } of readings) {
    measure.add(at, value)
    for (let oldest = readings[first]; oldest && oldest.at <= at - window; oldest = readings[++first]) measure.remove(oldest.at, oldest.value)
    if (at >= from) found.push({ at, value: aggregate === 'FIRST' ? readings[first]?.value ?? Number.NaN : measure.value() })
  }
  return found
}

const measureOf = (aggregate: Aggregate): Measure => (aggregate === 'FIRST' ? measures.COUNT() : measures[aggregate === 'MEAN' ? 'MEAN' : aggregate]())
