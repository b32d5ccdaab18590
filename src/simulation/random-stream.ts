import { createHash } from 'node:crypto'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomStream } from './engine-program.ts'

/**
 * The random numbers of a run: streams by name, each begun by the SHA-256 of seed and name, so that what one part of a model draws does not shift what another
 * one gets. Asked again for a name, it gives the stream as it stands.
 */
export function createRandomStreams(seed: number): (name: string) => RandomStream {
  const streams = new Map<string, RandomStream>()
  return (name) => {
    const stream = streams.get(name) ?? createStream(seed, name)
    streams.set(name, stream)
    return stream
  }
}

/** xoroshiro128+ (Blackman and Vigna, 2018); its state is the first 128 bits of the digest. */
function createStream(seed: number, name: string): RandomStream {
  const digest = createHash('sha256').update(JSON.stringify([seed, name])).digest()
  const generator = xoroshiro128plusFromState([digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), digest.readInt32LE(12)])
  const uniform = (): number => uniformFloat64(generator)
  let spare: number | undefined
  return {
    uniform,
    /** Marsaglia's polar method: a pair at a time, and of the functions of the mathematics library `log` and `sqrt` alone. */
    normal() {
      if (spare !== undefined) {
        const kept = spare
        spare = undefined
        return kept
      }
      for (;;) {
        const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1]
        const square = x * x + y * y
        if (square >= 1 || square === 0) continue
        const factor = Math.sqrt((-2 * Math.log(square)) / square)
        spare = y * factor
        return x * factor
      }
    },
  }
}
