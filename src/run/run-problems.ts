import { formatInstant } from '../telemetry/instant.ts'
import type { Run } from './run.ts'

export interface RunProblem {
  readonly severity: 'ERROR' | 'WARNING'
  readonly code: string
  readonly message: string
  readonly twin: string | null
  readonly count: number
  /** Simulated time, ISO 8601. */
  readonly at: string | null
}

/** What is wrong or doubtful with a run, for clients: first why it, or its last attempt, ended. */
export function toRunProblems({ phase, attempts, progress }: Pick<Run, 'phase' | 'attempts' | 'progress'>): readonly RunProblem[] {
  const failure = phase.kind === 'FAILED' ? phase.failure : phase.kind === 'SUCCEEDED' ? undefined : attempts.last
  return [
    ...(failure ? [{ severity: 'ERROR' as const, code: failure.code, message: failure.message, twin: failure.twin ?? null, count: 1, at: null }] : []),
    ...progress.warnings.map(({ code, message, twin, count, at }) => ({ severity: 'WARNING' as const, code, message, twin: twin ?? null, count, at: at === undefined ? null : formatInstant(at) })),
  ]
}
