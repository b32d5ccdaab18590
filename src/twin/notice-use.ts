import type { TwinStore } from './twin-store.ts'

/** A store that tells of the models its commits make twins of, after they are durable. */
export function noticeUse(store: TwinStore, onUse: (models: ReadonlySet<string>) => void): TwinStore {
  return {
    ...store,
    async commit(...args) {
      const decision = await store.commit(...args)
      if (decision.writes && decision.writes.creates.length > 0) onUse(new Set(decision.writes.creates.map(({ model }) => model)))
      return decision
    },
  }
}

type Listener = (models: ReadonlySet<string>) => void

/** Passes on which models came into use, once somebody listens: commits begin before there is a schema. */
export function createUse(): { notice(models: ReadonlySet<string>): void; listen(listener: Listener): void } {
  let listener: Listener = () => undefined
  return {
    notice: (models) => { listener(models) },
    listen: (next) => { listener = next },
  }
}
