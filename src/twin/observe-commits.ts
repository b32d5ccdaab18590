import type { TwinStore } from './twin-store.ts'
import type { Writes } from './writes.ts'

/** A store that tells of its commits after they are durable. */
export function observeCommits(store: TwinStore, onCommit: (writes: Writes) => void): TwinStore {
  return {
    ...store,
    async commit(...args) {
      const decision = await store.commit(...args)
      if (decision.writes) onCommit(decision.writes)
      return decision
    },
  }
}
