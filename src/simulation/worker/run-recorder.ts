import { monotonicMs } from '../../util/clock.ts'
import type { Frames } from '../engine-host.ts'
import type { Kpis, OpenModel, RunContext, Setting } from '../engine-program.ts'
import type { OutputSeries, RunWindow } from '../engine.ts'
import { createRandomStreams } from '../random-stream.ts'
import { createFrameBatch } from './frame-batch.ts'
import type { Session, WorkerProgress } from './session.ts'

/** Runs an open model, again and again, and hands what it emits on in batches. */
export interface RunRecorder {
  run(model: OpenModel, settings: readonly Setting[], seed: number): Promise<Kpis>
}

export interface RecorderOptions {
  readonly session: Session
  readonly outputs: readonly OutputSeries[]
  readonly window: RunWindow
  /** Frames in order, as views that hold until it returns. Where it returns a promise, the run waits for it. */
  readonly take: (frames: Pick<Frames, 'at' | 'values'>) => Promise<void> | undefined
  /** How far all of the work is where this run is at a fraction, and simulated time. */
  readonly progress: (fraction: number, at: number) => WorkerProgress
}

/** Frames are handed on when so many wait, and at the latest so long after the first. */
const flushMs = 50

export function createRunRecorder({ session, outputs, window, take, progress }: RecorderOptions): RunRecorder {
  const batch = createFrameBatch(outputs, window.horizon)
  let flushedAt = monotonicMs()

  const flush = (): Promise<void> | undefined => {
    flushedAt = monotonicMs()
    return batch.isEmpty ? undefined : take(batch.take())
  }
  const contextOf = (seed: number): RunContext => {
    let reached = 0
    const pulse = (at: number): Promise<void> | undefined => {
      reached = Math.max(reached, Math.min(at, window.horizon))
      return session.pulse(() => progress(window.horizon > 0 ? reached / window.horizon : 1, reached))
    }
    return {
      signal: session.signal,
      seed,
      emit(at, values) {
        session.signal.throwIfAborted()
        batch.add(at, values)
        const isDue = batch.isFull || monotonicMs() - flushedAt >= flushMs
        const [taken, pulsed] = [isDue ? flush() : undefined, pulse(at)]
        return taken && pulsed ? Promise.all([taken, pulsed]).then(() => undefined) : (taken ?? pulsed)
      },
      progress(at) {
        session.signal.throwIfAborted()
        return pulse(at)
      },
      warn: (warning) => { session.warnings.add(warning, reached) },
      random: createRandomStreams(seed),
    }
  }
  return {
    async run(model, settings, seed) {
      batch.restart()
      const kpis = await model.run(settings, contextOf(seed))
      session.signal.throwIfAborted()
      await flush()
      return finite(kpis, session)
    },
  }
}

/** JSON knows no other numbers. */
function finite(kpis: Kpis, session: Session): Kpis {
  const entries = Object.entries(kpis)
  if (entries.every(([, value]) => Number.isFinite(value))) return kpis
  for (const [name, value] of entries) {
    if (!Number.isFinite(value)) session.warnings.add({ code: 'KPI_NOT_A_NUMBER', message: `The engine gives ${value} for ${name}; it is left out.` }, undefined)
  }
  return Object.fromEntries(entries.filter(([, value]) => Number.isFinite(value)))
}
