import { execute, parse } from 'graphql'
import { failure } from '../src/errors.ts'
import type { Context } from '../src/graphql/context.ts'
import { createEventEncoder } from '../src/graphql/encode-event.ts'
import { groupKey } from '../src/graphql/group-key.ts'
import type { LiveOperation, OpenStream } from '../src/graphql/live-operation.ts'
import { selectedFields } from '../src/graphql/selected-fields.ts'
import { subscriptionRoot } from '../src/graphql/subscription-root.ts'
import { parseDuration } from '../src/telemetry/duration.ts'
import type { Microseconds } from '../src/telemetry/reading.ts'
import { mostMatching } from '../src/telemetry/stream/matching-twins.ts'
import type { ReadingChoice } from '../src/telemetry/stream/reading-choice.ts'

interface Arguments extends ReadingChoice {
  readonly where?: Readonly<Record<string, unknown>> | null
  readonly atMostEvery?: string | null
  readonly after?: string | null
}

/** `readingReceived`: what is received, from a place on. Those who ask the same from different places share one execution. */
export const openReadingReceived: OpenStream = async (operation, wake) => {
  const root = subscriptionRoot(operation)
  const { after, where, atMostEvery, twins, series, sources } = root.args as unknown as Arguments
  const { schema, variables, services } = operation
  const received = schema.getType('ReadingReceived') as Parameters<typeof selectedFields>[1]
  return await services.readings.open({
    key: groupKey(operation, root), after, choice: { twins, series, sources }, atMostEvery: toInterval(atMostEvery),
    withUnits: selectedFields({ schema, fragments: root.fragments, variables }, received, root.nodes, []).has('unit'),
    findMatching: where ? () => findMatching(operation, where) : undefined,
    createEncoder: () => createEventEncoder(operation, root).atOnce,
  }, wake)
}

/** A timer counts no more. */
const longestInterval = 86_400_000_000

function toInterval(text: string | null | undefined): Microseconds {
  if (typeof text !== 'string') return 0
  const parsed = parseDuration(text)
  if (!parsed.ok) throw failure('BAD_USER_INPUT', { message: `atMostEvery: ${parsed.problem}` })
  if (parsed.value < 1_000 || parsed.value > longestInterval) throw failure('BAD_USER_INPUT', { message: `atMostEvery is from PT0.001S to PT24H, not ${text}.` })
  return parsed.value
}

const matching = parse('query ($where: Twin_Where, $limit: Int) { twins(where: $where, limit: $limit) { _id } }')
const answerWithinMs = 30_000

/** As a query with the same `where` would find them. */
async function findMatching({ schema, principal, services, requestId }: LiveOperation, where: Arguments['where']): Promise<readonly string[]> {
  const contextValue: Context = { principal, services, requestId, signal: AbortSignal.timeout(answerWithinMs) }
  const { data, errors } = await execute({ schema, document: matching, contextValue, variableValues: { where, limit: mostMatching + 1 } })
  if (errors?.[0]) throw errors[0].originalError ?? errors[0]
  return (data?.['twins'] as readonly { readonly _id: string }[]).map(({ _id }) => _id)
}
