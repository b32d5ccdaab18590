import { execute, parse } from 'graphql'
import { failure } from '../src/errors.ts'
import type { Context } from '../src/graphql/context.ts'
import { createEventEncoder } from '../src/graphql/encode-event.ts'
import type { LiveOperation, OpenStream } from '../src/graphql/live-operation.ts'
import { selectedFields } from '../src/graphql/selected-fields.ts'
import { subscriptionRoot } from '../src/graphql/subscription-root.ts'
import { openRunProgress, type RunChoice } from '../src/run/run-progress.ts'
import { toRunProblems } from '../src/run/run-problems.ts'
import type { Run } from '../src/run/run.ts'
import { formatInstant } from '../src/telemetry/instant.ts'

const mostNamed = 1_000

/** `runProgressed`: runs as they go. */
export const openRunProgressed: OpenStream = async (operation, wake) => {
  const root = subscriptionRoot(operation)
  const choice = root.args as RunChoice
  const { schema, variables, services } = operation
  if ((choice.ids?.length ?? 0) > mostNamed) throw failure('BAD_USER_INPUT', { message: `ids names at most ${mostNamed} runs, not ${choice.ids?.length}.` })
  const encoder = createEventEncoder(operation, root)
  const type = schema.getType('RunProgressed') as Parameters<typeof selectedFields>[1]
  const isResolved = selectedFields({ schema, fragments: root.fragments, variables }, type, root.nodes, []).has('run')
  return await openRunProgress({
    board: services.runBoard, choice, wake,
    snapshot: async () => (await services.runs.find(choice.ids ?? await findOpen(operation))).filter((run) => run !== undefined),
    encode: (run) => (isResolved ? encoder.resolved([toEvent(run)]).then(([payload = '']) => payload) : encoder.atOnce(toEvent(run))),
  })
}

function toEvent(run: Run): object {
  const { id, phase, progress, results } = run
  return {
    id, state: phase.kind, fraction: phase.kind === 'SUCCEEDED' ? 1 : progress.fraction, simulatedAt: progress.simulatedAt === undefined ? null : formatInstant(progress.simulatedAt),
    values: progress.values, kpis: results?.kpis ?? progress.partial, problems: toRunProblems(run),
  }
}

const open = parse('query ($limit: Int) { runs(where: { state: { in: [QUEUED, BINDING, RUNNING] } }, sort: [{ createdAt: DESC }], limit: $limit) { id } }')
const answerWithinMs = 30_000

async function findOpen({ schema, principal, services, requestId }: LiveOperation): Promise<readonly string[]> {
  const contextValue: Context = { principal, services, requestId, signal: AbortSignal.timeout(answerWithinMs) }
  const { data, errors } = await execute({ schema, document: open, contextValue, variableValues: { limit: mostNamed } })
  if (errors?.[0]) throw errors[0].originalError ?? errors[0]
  return (data?.['runs'] as readonly { readonly id: string }[]).map(({ id }) => id)
}
