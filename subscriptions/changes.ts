import type { ChangeChoice } from '../src/change/feed/change-filter.ts'
import type { FeedEncoder } from '../src/change/feed/feed-group.ts'
import { createEventEncoder } from '../src/graphql/encode-event.ts'
import { groupKey } from '../src/graphql/group-key.ts'
import type { LiveOperation, OpenStream } from '../src/graphql/live-operation.ts'
import { selectedFields } from '../src/graphql/selected-fields.ts'
import { scenarioToTell } from '../src/scenario/scenario-to-tell.ts'
import { type SubscriptionRoot, subscriptionRoot } from '../src/graphql/subscription-root.ts'

interface Arguments extends Omit<ChangeChoice, 'scenario'> {
  readonly after?: string | null
  readonly scenario?: string | null
}

/** `changes`: the journal from a place on. Those who ask the same from different places share one execution. */
export const openChanges: OpenStream = async (operation, wake) => {
  const root = subscriptionRoot(operation)
  const { after, scenario: id, ...choice } = root.args as Arguments
  const scenario = await scenarioToTell(operation.services.scenarios, id)
  const { schema, variables } = operation
  const change = schema.getType('Change')
  const selected = selectedFields({ schema, fragments: root.fragments, variables }, change as Parameters<typeof selectedFields>[1], root.nodes, [])
  return await operation.services.feed.open({
    key: groupKey(operation, root), after, choice: { ...choice, scenario }, withProperties: selected.has('properties'),
    createEncoder: () => createEncoder(operation, root, selected.has('twin')),
  }, wake)
}

function createEncoder(operation: LiveOperation, root: SubscriptionRoot, isResolved: boolean): FeedEncoder {
  const encoder = createEventEncoder(operation, root)
  return { mark: encoder.atOnce, changes: isResolved ? encoder.resolved : (changes) => changes.map(encoder.atOnce) }
}
