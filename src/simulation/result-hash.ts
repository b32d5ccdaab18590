import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import { canonicalJson } from '../model/canonical-json.ts'
import type { Frames } from './engine-host.ts'
import type { Kpis } from './engine-program.ts'

/** Takes in the frames of a run, in order, however they are cut into batches. */
export interface ResultHasher {
  update(frames: Pick<Frames, 'at' | 'values'>): void
  /** 64 hexadecimal digits; of KPIs as well, where there are any. Nothing can be added after that. */
  digest(kpis?: Kpis): string
}

/** As this machine lays it out. */
const nan = new Uint8Array(BigUint64Array.of(0x7ff8_0000_0000_0000n).buffer)

/**
 * SHA-256 over each frame's instant and values, as IEEE 754 doubles, little-endian. Bit by bit: -0 is not 0. But NaN, "none", is one pattern (quiet, without
 * payload), as what computes may make any of them.
 */
export function resultHasher(): ResultHasher {
  const hash = createHash('sha256')
  let bytes = Buffer.alloc(0)
  return {
    update({ at, values }) {
      if (at.length === 0) return
      const width = values.length / at.length
      const size = 8 * (values.length + at.length)
      if (bytes.length < size) bytes = Buffer.from(new ArrayBuffer(size))
      hash.update(lay(new Float64Array(bytes.buffer, 0, size / 8), bytes.subarray(0, size), at, values, width))
    },
    digest: (kpis) => (kpis ? hash.update(canonicalJson(kpis)) : hash).digest('hex'),
  }
}

function lay(doubles: Float64Array, bytes: Buffer, at: Float64Array, values: Float64Array, width: number): Buffer {
  for (let frame = 0; frame < at.length; frame++) {
    doubles[frame * (width + 1)] = at[frame] ?? NaN
    doubles.set(values.subarray(frame * width, (frame + 1) * width), frame * (width + 1) + 1)
  }
  for (let i = 0; i < doubles.length; i++) if (Number.isNaN(doubles[i])) bytes.set(nan, i * 8)
  return endianness() === 'BE' ? bytes.swap64() : bytes
}
