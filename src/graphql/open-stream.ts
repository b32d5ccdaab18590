import type { OpenStream } from './live-operation.ts'
import { subscriptionRoot } from './subscription-root.ts'

/** Opens streams by the name of the subscription's field; those of models share one way. */
export function createOpenStream(byName: Readonly<Record<string, OpenStream>>, live: OpenStream): OpenStream {
  return async (operation, wake) => {
    const { name, extensions } = subscriptionRoot(operation).field
    const open = extensions.live ? live : Object.hasOwn(byName, name) ? byName[name] : undefined
    if (!open) throw new Error(`No stream serves the field ${name}.`)
    return await open(operation, wake)
  }
}
