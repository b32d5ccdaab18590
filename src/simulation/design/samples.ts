import { createRandomStreams } from '../random-stream.ts'
import type { Axis, Design, Range } from './design.ts'
import { latinHypercube } from './latin-hypercube.ts'
import { sobolPoints } from './sobol-points.ts'

/** How many samples a design has. */
export const sampleCount = (design: Design): number => (design.kind === 'GRID' ? design.axes.reduce((product, { values }) => product * values.length, 1) : design.samples)

/** The values of a sweep's variables, a row a member, the same for the same seed. Rows of a grid do not depend on it. */
export function toSamples(design: Design, seed: number): readonly (readonly number[])[] {
  if (design.kind === 'GRID') return grid(design.axes)
  const points = design.kind === 'SOBOL' ? sobolPoints : latinHypercube
  return points(design.axes.length, design.samples, createRandomStreams(seed)).map((point) => point.map((share, axis) => within(design.axes[axis], share)))
}

function grid(axes: readonly Axis[]): readonly (readonly number[])[] {
  return axes.reduce<readonly (readonly number[])[]>((rows, { values }) => rows.flatMap((row) => values.map((value) => [...row, value])), [[]])
}

/** `share` of the way from one end to the other; rounding does not lead beyond. */
function within(range: Range | undefined, share: number): number {
  if (!range) throw new RangeError('A sample has more numbers than its design has axes.')
  const { from, to, scale } = range
  const value = scale === 'LOGARITHMIC' ? from * (to / from) ** share : from + (to - from) * share
  return Math.min(Math.max(value, Math.min(from, to)), Math.max(from, to))
}
