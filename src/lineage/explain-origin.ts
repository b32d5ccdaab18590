import type { Ground } from './ground.ts'
import { type Found, nodeId, type OriginNode } from './lineage-node.ts'

/** A device or system, by the name it gave; with the sources whose subscriptions give that name. */
export function explainOrigin({ sources }: Ground, origin: string): Found<OriginNode> {
  const known = sources.filter(({ subscriptions }) => subscriptions.some((subscription) => subscription.origin === origin))
  return { node: { kind: 'LineageOrigin', id: nodeId('origin', origin), name: origin, sources: known.map(({ id, kind, url }) => ({ id, kind, url })) } }
}
