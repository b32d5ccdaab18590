import type { Writes } from './writes.ts'

type Listener = (models: ReadonlySet<string>) => void

/** Passes on which models came into use in the graph, once somebody listens: commits begin before there is a schema. What scenarios make is not counted. */
export function createModelUse(): { notice(writes: Writes): void; listen(listener: Listener): void } {
  let listener: Listener = () => undefined
  return {
    notice: ({ creates, scenario }) => { if (creates.length > 0 && !scenario) listener(new Set(creates.map(({ model }) => model))) },
    listen: (next) => { listener = next },
  }
}
