import type { EngineListener, EngineWork, Frames, MemberOutcome } from '../../../src/simulation/engine-host.ts'
import type { OutputSeries } from '../../../src/simulation/engine.ts'
import type { CountedWarning } from '../../../src/simulation/worker/wire.ts'

const outputs: readonly OutputSeries[] = [{ twin: 'spring-1', name: 'position', kind: 'float' }, { twin: 'spring-1', name: 'noise', kind: 'float' }]
let runs = 0

/** Work for the engine of programs/`program`.ts, of a run of its own unless it is given one. */
export const workFor = (program: string, isolation: 'THREAD' | 'PROCESS', rest: Partial<EngineWork> = {}): EngineWork => ({
  run: `run-${++runs}`,
  engine: { id: program, isolation, cancel: 'COOPERATIVE' },
  program: new URL(`./programs/${program}.ts`, import.meta.url),
  input: { period: 1_000_000, noise: 1 },
  artifacts: new Map(),
  series: [],
  outputs,
  window: { from: 0, horizon: 1_000_000, step: 1_000 },
  task: { kind: 'simulate', settings: [], seed: 42 },
  ...rest,
})

export interface Heard extends EngineListener {
  readonly all: Frames[]
  readonly members: MemberOutcome[]
  readonly warnings: Map<string, CountedWarning>
  readonly fractions: number[]
  bounds: number
  /** Resolves with the first progress or frame. */
  readonly running: Promise<void>
}

/** Keeps what it is told. */
export function listen(on: Partial<EngineListener> = {}): Heard {
  const { promise: running, resolve } = Promise.withResolvers<void>()
  const heard: Heard = {
    all: [], members: [], warnings: new Map(), fractions: [], bounds: 0, running,
    async bound() {
      heard.bounds++
      await on.bound?.()
    },
    async frames(frames) {
      resolve()
      if (on.frames) await on.frames(frames)
      else heard.all.push(frames)
    },
    progress(progress) {
      resolve()
      heard.fractions.push(progress.fraction)
      on.progress?.(progress)
    },
    warning: (warning) => void heard.warnings.set(`${warning.code} ${warning.twin ?? ''}`, warning),
    member: (member) => void heard.members.push(member),
  }
  return heard
}

export const never = new AbortController().signal
