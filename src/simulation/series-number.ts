import type { OutputSeries } from './engine.ts'

/** A number of an engine as its series tells it: in the series' unit, of integers whole, of booleans 0 or 1. NaN stays NaN. */
export function toSeriesNumber({ kind, affine }: Pick<OutputSeries, 'kind' | 'affine'>, number: number): number {
  const value = affine ? number * affine.scale + affine.shift : number
  if (kind === 'float' || Number.isNaN(value)) return value
  return kind === 'integer' ? Math.round(value) : Number(value !== 0)
}
