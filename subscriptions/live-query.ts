import type { Context } from '../src/graphql/context.ts'
import { groupKey, queryKey } from '../src/graphql/group-key.ts'
import type { OpenStream } from '../src/graphql/live-operation.ts'
import { subscriptionRoot } from '../src/graphql/subscription-root.ts'

/** Of one answer's series. */
const answerWithinMs = 30_000

/** `pumpLive`, `pumpsLive`: one execution for all who ask the same, wherever they go on from. */
export const openLiveQuery: OpenStream = async (operation, wake) => {
  const root = subscriptionRoot(operation)
  const { live } = root.field.extensions
  if (!live) throw new Error(`${root.field.name} is no live query.`)
  const { schema, variables, services, principal, requestId } = operation
  const context = (): Context => ({ principal, requestId, services, signal: AbortSignal.timeout(answerWithinMs) })
  const id = root.args['scenario'] as string | null | undefined
  const scenario = typeof id === 'string' ? { id, vantage: await services.vantages.find({ scenario: id }) } : undefined
  const stream = await services.live.subscribe({
    key: groupKey(operation, root), query: queryKey(operation, root),
    compile: () => services.planLive({ schema, variables, fragments: root.fragments, responseKey: root.key, field: root.field, nodes: root.nodes, model: live.model, scenario, context }),
    after: root.args['after'] as string | null | undefined,
  }, wake)
  try {
    if (scenario) await services.vantages.find({ scenario: scenario.id }) // it may have ended before its end would be heard of
    return stream
  } catch (error) {
    stream.close()
    throw error
  }
}
