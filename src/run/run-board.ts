import type { Run } from './run.ts'

/** Where runs are told of as they change, within this process. */
export interface RunBoard {
  tell(runs: readonly Run[]): void
  /** Calls the listener with each change; returns how to end that. */
  listen(listener: (run: Run) => void): () => void
  readonly listeners: number
  /** Who tells of the runs that other processes do begins so. */
  followBy(begin: () => Promise<void>): void
  /** Resolves when whatever other processes do after this will be told to those who listen by now. Rejects where that cannot be known. */
  following(): Promise<void>
}

export function createRunBoard(): RunBoard {
  const listeners = new Set<{ readonly call: (run: Run) => void }>()
  let begin = (): Promise<void> => Promise.resolve() // there are no others
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
    followBy(follower) { begin = follower },
    following: () => begin(),
  }
}
