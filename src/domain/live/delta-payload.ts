import type { FieldNode } from 'graphql'
import type { Delta } from '../../change/live/live-plan.ts'

/** Makes the response to a delta: fields in the order in which they were selected, values that are JSON text already put in as they are. */
export function createDeltaPayload(rootKey: string, typeName: string, fields: readonly (readonly [string, FieldNode])[]): (delta: Delta) => string {
  const parts = fields.map(([key, node]) => [`${JSON.stringify(key)}:`, values[node.name.value] ?? (() => JSON.stringify(typeName))] as const)
  const start = `{"data":{${JSON.stringify(rootKey)}:{`
  return (delta) => `${start}${parts.map(([key, value]) => key + value(delta)).join()}}}}`
}

/** By the name of the field; the one that is not here is `__typename`. */
const values: Readonly<Record<string, (delta: Delta) => string>> = {
  kind: ({ kind }) => `"${kind}"`,
  cursor: ({ cursor }) => JSON.stringify(cursor),
  id: ({ id }) => JSON.stringify(id),
  node: ({ shown }) => (shown ? `{${[...shown].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}` : 'null'),
  changed: ({ changed }) => JSON.stringify(changed),
}
