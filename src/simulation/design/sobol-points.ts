import { SobolSequenceGenerator } from 'sobol'
import type { RandomStream } from '../engine-program.ts'

const resolution = 2 ** 20

/**
 * The first points of Sobol's sequence, shifted digitally (their bits turned over by the seed's, which keeps them as even as they are) so that seeds give
 * independent designs. In [0, 1). Throws RangeError for more points than the sequence has before it repeats itself.
 */
export function sobolPoints(dimensions: number, count: number, random: (stream: string) => RandomStream): readonly (readonly number[])[] {
  if (count > resolution) throw new RangeError(`Sobol's sequence has ${resolution} points here, not ${count}.`)
  if (dimensions === 0) return Array.from({ length: count }, () => [])
  const sequence = new SobolSequenceGenerator(dimensions)
  const shifts = Array.from({ length: dimensions }, (_, axis) => {
    const stream = random(`axis ${axis}`)
    return { bits: Math.floor(stream.uniform() * resolution), below: stream.uniform() }
  })
  return Array.from({ length: count }, () => sequence.nextVector().map((x, axis) => {
    const { bits, below } = shifts[axis] ?? { bits: 0, below: 0 }
    return ((Math.round(x * resolution) ^ bits) + below) / resolution
  }))
}
