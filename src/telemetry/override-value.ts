import type { OverrideChange } from '../scenario/override.ts'
import type { SeriesKind, SeriesValue, Source } from './reading.ts'
import type { SeenReading } from './series-reads.ts'
import type { Affine, Summary } from './telemetry-store.ts'

/** What becomes of a series' own readings; those that have others in their place are not its own. */
export type ValueChange = Exclude<OverrideChange, { readonly kind: 'SERIES' }>

/** A value that was multiplied is computed from what was measured; one that was set is made up. */
const sources: Readonly<Record<OverrideChange['kind'], Source>> = { CONSTANT: 'SIMULATED', FACTOR: 'DERIVED', SERIES: 'SIMULATED' }

export function changedReading(reading: SeenReading, change: ValueChange): SeenReading {
  return { ...reading, source: sources[change.kind], value: change.kind === 'CONSTANT' ? change.value : times(reading.value, change.factor) }
}

/** Whole numbers stay exact; what is beyond all that a float holds is the greatest that it does. */
export function times(value: number | bigint, factor: number): number | bigint
export function times(value: SeriesValue, factor: number): SeriesValue
export function times(value: SeriesValue, factor: number): SeriesValue {
  if (typeof value === 'bigint') return value * BigInt(factor)
  return typeof value === 'number' ? Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value * factor)) + 0 : value // + 0: nothing is below zero and zero
}

/** For roll-ups, where a boolean counts as 0 or 1. */
export const toAffine = (change: ValueChange): Affine => (change.kind === 'FACTOR' ? { scale: change.factor, shift: 0 } : { scale: 0, shift: Number(change.value) })

/** Whether the least becomes the greatest. */
export const isTurned = (change: ValueChange | undefined): boolean => change?.kind === 'FACTOR' && change.factor < 0

/** `quantiles`: as they were asked for; those of a turned series were read from the other end. */
export function changedSummary(summary: Summary, kind: SeriesKind, change: ValueChange): Summary {
  return change.kind === 'FACTOR' ? multiplied(summary, change) : constant(summary, kind, change.value)
}

function multiplied({ first, last, min, max, sum, mean, stddev, quantiles, ...rest }: Summary, change: Extract<ValueChange, { kind: 'FACTOR' }>): Summary {
  const { factor } = change
  const scaled = (value: number | bigint | null): number | bigint | null => (value === null ? null : times(value, factor))
  const inFloats = (value: number | null): number | null => (value === null ? null : Number(times(value, factor)))
  const [least, greatest] = isTurned(change) ? [max, min] : [min, max]
  return {
    ...rest, first: times(first, factor), last: times(last, factor), min: scaled(least), max: scaled(greatest), sum: scaled(sum),
    mean: inFloats(mean), stddev: stddev === null ? null : Math.abs(stddev * factor), quantiles: quantiles.map(inFloats),
  }
}

function constant({ count, quantiles, ...rest }: Summary, kind: SeriesKind, value: SeriesValue): Summary {
  const isCounted = kind !== 'text' && kind !== 'json'
  const number = typeof value === 'number' || typeof value === 'bigint' ? value : null
  return {
    ...rest, count, first: value, last: value, min: number, max: number,
    sum: number === null ? null : times(number, count),
    mean: isCounted ? Number(value) : null, stddev: isCounted && count > 1 ? 0 : null, quantiles: quantiles.map(() => (isCounted ? Number(value) : null)),
  }
}
