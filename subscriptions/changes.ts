import { type DocumentNode, Kind, visit } from 'graphql'
import type { ChangeChoice } from '../src/change/feed/change-filter.ts'
import type { FeedEncoder } from '../src/change/feed/feed-group.ts'
import { createEventEncoder } from '../src/graphql/encode-event.ts'
import type { LiveOperation, OpenStream } from '../src/graphql/live-operation.ts'
import { selectedFields } from '../src/graphql/selected-fields.ts'
import { type SubscriptionRoot, subscriptionRoot } from '../src/graphql/subscription-root.ts'

interface Arguments extends ChangeChoice {
  readonly after?: string | null
}

/** `changes`: the journal from a place on. Those who ask the same from different places share one execution. */
export const openChanges: OpenStream = async (operation, wake) => {
  const root = subscriptionRoot(operation)
  const { after, ...choice } = root.args as Arguments
  const { schema, variables } = operation
  const change = schema.getType('Change')
  const selected = selectedFields({ schema, fragments: root.fragments, variables }, change as Parameters<typeof selectedFields>[1], root.nodes, [])
  return await operation.services.feed.open({
    key: keyOf(operation, root), after, choice, withProperties: selected.has('properties'),
    createEncoder: () => createEncoder(operation, root, selected.has('twin')),
  }, wake)
}

function createEncoder(operation: LiveOperation, root: SubscriptionRoot, isResolved: boolean): FeedEncoder {
  const encoder = createEventEncoder(operation, root)
  return { mark: encoder.atOnce, changes: isResolved ? encoder.resolved : (changes) => changes.map(encoder.atOnce) }
}

/** Schemas are told apart by a number, as a key is a text. */
const numbers = new WeakMap<object, number>()
let schemas = 0

/** What makes payloads equal: everything but the place to begin at. */
function keyOf({ schema, source, definition, variables, principal, document }: LiveOperation, { nodes }: SubscriptionRoot): string {
  const number = numbers.get(schema) ?? ++schemas
  numbers.set(schema, number)
  const after = nodes[0]?.arguments?.find(({ name }) => name.value === 'after')?.value
  const place = after?.kind === Kind.VARIABLE && usesOf(document, after.name.value) === 1 ? after.name.value : undefined
  const others = Object.entries(variables).filter(([name]) => name !== place).sort(([left], [right]) => (left < right ? -1 : 1))
  return JSON.stringify([number, principal.tenant, principal.subject, definition.name?.value ?? null, others, source])
}

/** How often a variable is used, its definition apart. */
function usesOf(document: DocumentNode, name: string): number {
  let uses = 0
  visit(document, { VariableDefinition: () => false, Variable: (node) => { if (node.name.value === name) uses += 1 } })
  return uses
}
