/** Where things are told of as they change, within this process. */
export interface Board<T> {
  tell(changes: readonly T[]): void
  /** Calls the listener with each change; returns how to end that. */
  listen(listener: (change: T) => void): () => void
  readonly listeners: number
  /** Who tells of what other processes do begins so. */
  followBy(begin: () => Promise<void>): void
  /** Resolves when whatever other processes do after this will be told to those who listen by now. Rejects where that cannot be known. */
  following(): Promise<void>
}

export function createBoard<T>(): Board<T> {
  const listeners = new Set<{ readonly call: (change: T) => void }>()
  let begin = (): Promise<void> => Promise.resolve() // there are no others
  return {
    tell(changes) {
      for (const change of changes) for (const { call } of [...listeners]) call(change)
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
