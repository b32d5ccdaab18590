import type { EngineListener } from '../simulation/engine-host.ts'
import type { Kpis } from '../simulation/engine-program.ts'
import type { Run, RunProgress, RunWarning } from './run.ts'

/** How far a run is, as its engine tells it. */
export interface RunTracker {
  readonly progress: RunProgress
  /** Whether it moved since the last look. */
  takeChange(): boolean
  onProgress: EngineListener['progress']
  /** Counts are of a piece of work from its beginning; those of several pieces add up. */
  onWarning(piece: number, warning: Parameters<EngineListener['warning']>[0]): void
  set(change: { readonly position?: number; readonly values?: number; readonly fraction?: number; readonly partial?: Kpis }): void
}

interface Counted {
  readonly first: Omit<RunWarning, 'count'>
  readonly counts: Map<number, number>
}

/** Kinds of warnings that are kept; of the others, how many there were. */
const mostKinds = 1_000

export function createRunTracker({ window: { from } }: Pick<Run, 'window'>): RunTracker {
  const warnings = new Map<string, Counted>()
  let progress: Omit<RunProgress, 'warnings'> = { fraction: 0, simulatedAt: undefined, position: undefined, values: 0, partial: {} }
  let isChanged = false
  const set = (change: Partial<typeof progress>): void => {
    progress = { ...progress, ...change }
    isChanged = true
  }
  return {
    get progress() { return { ...progress, warnings: [...warnings.values()].map(({ first, counts }) => ({ ...first, count: [...counts.values()].reduce((sum, count) => sum + count, 0) })) } },
    takeChange() {
      const was = isChanged
      isChanged = false
      return was
    },
    onProgress: ({ fraction, at, partial }) => { set({ fraction: Math.min(1, Math.max(progress.fraction, fraction)), partial, ...(at !== undefined && { simulatedAt: from + Math.round(at) }) }) },
    onWarning(piece, { code, message, twin, count, at }) {
      const own = JSON.stringify([code, twin])
      const isMore = !warnings.has(own) && warnings.size >= mostKinds
      const key = isMore ? '' : own
      const known = warnings.get(key) ?? { first: { ...(isMore ? { code: 'MORE_WARNINGS', message: `There are more than ${mostKinds} kinds of warnings; this counts the others.`, twin: undefined } : { code, message, twin }), at: at === undefined ? undefined : from + Math.round(at) }, counts: new Map<number, number>() }
      known.counts.set(piece, isMore ? (known.counts.get(piece) ?? 0) + 1 : count)
      warnings.set(key, known)
      isChanged = true
    },
    set,
  }
}
