import type { AlertChange } from './alert-store.ts'

/** Where alerts are told of as they change, within this process. */
export interface AlertBoard {
  tell(changes: readonly AlertChange[]): void
  /** Calls the listener with each change; returns how to end that. */
  listen(listener: (change: AlertChange) => void): () => void
  readonly listeners: number
  /** Who tells of what other processes do begins so. */
  followBy(begin: () => Promise<void>): void
  /** Resolves when whatever other processes do after this will be told to those who listen by now. Rejects where that cannot be known. */
  following(): Promise<void>
}

/** Of each alert every revision is told once, and in order, whether it is heard of here or from another process first. */
export function createAlertBoard(): AlertBoard {
  const listeners = new Set<{ readonly call: (change: AlertChange) => void }>()
  const told = new Map<string, number>()
  let begin = (): Promise<void> => Promise.resolve() // there are no others
  return {
    tell(changes) {
      for (const change of changes) {
        const { id, revision } = change.alert
        if ((told.get(id) ?? 0) >= revision) continue
        told.delete(id)
        told.set(id, revision)
        for (const { call } of [...listeners]) call(change)
      }
      for (const [id] of told) {
        if (told.size <= mostTold) break
        told.delete(id) // what is told of so old an alert again is told twice
      }
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

const mostTold = 100_000
