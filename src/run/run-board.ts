import type { Run } from './run.ts'

/** Where runs are told of as they change, within this process. */
export interface RunBoard {
  tell(runs: readonly Run[]): void
  /** Calls the listener with each change; returns how to end that. */
  listen(listener: (run: Run) => void): () => void
  readonly listeners: number
}

export function createRunBoard(): RunBoard {
  const listeners = new Set<{ readonly call: (run: Run) => void }>()
  return {
    tell(runs) {
      for (const run of runs) for (const { call } of [...listeners]) call(run)
    },
    listen(listener) {
      const entry = { call: listener }
      listeners.add(entry)
      return () => { listeners.delete(entry) }
    },
    get listeners() { return listeners.size },
  }
}
