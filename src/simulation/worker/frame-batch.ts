import type { Frames } from '../engine-host.ts'
import { EngineError } from '../engine-program.ts'
import type { OutputSeries } from '../engine.ts'

/** Frames that wait to be handed on together. */
export interface FrameBatch {
  /** Copies a frame in. Throws `EngineError` where an engine breaks its promises. */
  add(at: number, values: Float64Array): void
  readonly isFull: boolean
  readonly isEmpty: boolean
  /** What is in it, as views that the next `add` writes over, and empties it. */
  take(): Pick<Frames, 'at' | 'values'>
  /** The next frame may be of any time again: another run begins. */
  restart(): void
}

/** Values in a batch: half a megabyte. */
export const batchValues = 65_536

/** `horizon`: microseconds; no frame may be later. */
export function createFrameBatch(outputs: readonly OutputSeries[], horizon: number): FrameBatch {
  const width = outputs.length
  const capacity = Math.max(1, Math.floor(batchValues / Math.max(1, width)))
  let times = new Float64Array(Math.min(64, capacity))
  let values = new Float64Array(times.length * width)
  let count = 0
  let last = -Infinity

  const grow = (): void => {
    const size = Math.min(times.length * 4, capacity)
    times = copied(times, size)
    values = copied(values, size * width)
  }
  return {
    add(at, frame) {
      if (!(at > last) || at < 0 || at > horizon) throw new EngineError('ENGINE_FAILED', `The engine gave results for ${at / 1e6} s after those for ${last / 1e6} s, in a window of ${horizon / 1e6} s.`)
      if (frame.length !== width) throw new EngineError('ENGINE_FAILED', `The engine gave ${frame.length} values at ${at / 1e6} s, where it has ${width} outputs.`)
      const wrong = frame.findIndex((value) => value === Infinity || value === -Infinity)
      if (wrong !== -1) throw diverged(outputs[wrong], frame[wrong] ?? NaN, at)
      if (count === times.length) grow()
      times[count] = last = at
      values.set(frame, count * width)
      count++
    },
    get isFull() {
      return count === capacity
    },
    get isEmpty() {
      return count === 0
    },
    take() {
      const taken = { at: times.subarray(0, count), values: values.subarray(0, count * width) }
      count = 0
      return taken
    },
    restart() {
      count = 0
      last = -Infinity
    },
  }
}

function copied(from: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(length)
  to.set(from)
  return to
}

const diverged = (output: OutputSeries | undefined, value: number, at: number): EngineError =>
  new EngineError('DIVERGED', `${output?.name ?? 'An output'} of twin "${output?.twin ?? ''}" is ${value} after ${at / 1e6} s: the simulation has diverged.`, { twin: output?.twin })
