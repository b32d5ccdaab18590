import type { CalibrationProblem, Frames } from '../engine-host.ts'

/** Reads what a run simulated at the instants at which it was measured. */
export interface TargetReader {
  update(frames: Pick<Frames, 'at' | 'values'>): void
  /** One target after the other. Between two frames by a straight line; before the first, after the last, and where there is none, NaN. */
  values(): Float64Array
  restart(): void
}

export function createTargetReader(targets: CalibrationProblem['targets']): TargetReader {
  const readers = targets.map(({ output, at }) => createInterpolator(output, at))
  return {
    update(frames) {
      for (const reader of readers) reader.update(frames)
    },
    values() {
      const all = new Float64Array(readers.reduce((sum, { values }) => sum + values.length, 0))
      let start = 0
      for (const { values } of readers) {
        all.set(values, start)
        start += values.length
      }
      return all
    },
    restart() {
      for (const reader of readers) reader.restart()
    },
  }
}

/** As frames come: no more is kept of them than the last one. `wanted`: growing. */
function createInterpolator(output: number, wanted: Float64Array): { readonly values: Float64Array; update(frames: Pick<Frames, 'at' | 'values'>): void; restart(): void } {
  const values = new Float64Array(wanted.length).fill(NaN)
  let next = 0
  let last = { at: NaN, value: NaN }
  const reach = (at: number, value: number): void => {
    for (let due = wanted[next]; due !== undefined && due <= at; due = wanted[++next]) {
      values[next] = due === at ? value : last.value + ((value - last.value) * (due - last.at)) / (at - last.at)
    }
    last = { at, value }
  }
  return {
    values,
    update({ at, values: frames }) {
      const width = frames.length / at.length
      for (const [frame, time] of at.entries()) {
        const value = frames[frame * width + output] ?? NaN
        if (!Number.isNaN(value)) reach(time, value)
      }
    },
    restart() {
      values.fill(NaN)
      next = 0
      last = { at: NaN, value: NaN }
    },
  }
}
