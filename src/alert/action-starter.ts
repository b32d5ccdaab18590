import { setTimeout as delay } from 'node:timers/promises'
import type { InferenceRequest } from '../prediction/inference/inference-request.ts'
import type { Problem } from '../problem.ts'
import { isEnded, type Run } from '../run/run.ts'
import type { RunBoard } from '../run/run-board.ts'
import type { SimulationRequest } from '../run/run-request.ts'
import type { RunService } from '../run/run-service.ts'
import type { ActionStarter } from './task.ts'

export interface ActionStarterConfig {
  readonly runs: Pick<RunService, 'startSimulation' | 'startInference' | 'find'>
  readonly board: Pick<RunBoard, 'listen' | 'following'>
}

/** A board may miss a word of another process; so a run is looked up by and by. */
const lookEveryMs = 10_000

/** Rules start runs as clients do, by the same checks. */
export function createActionStarter({ runs, board }: ActionStarterConfig): ActionStarter {
  return {
    async start(action, { rule, key, previous }) {
      const by = { actor: `rule:${rule}`, idempotencyKey: key }
      const started = action.kind === 'SimulateAction'
        ? await runs.startSimulation(action.input as unknown as SimulationRequest, by) // GraphQL coerced it when the rule was made
        : await runs.startInference({ ...action.input as unknown as InferenceRequest, ...(action.simulation && { simulation: previous ?? null }) }, by)
      return started.ok ? { run: started.value.run.id } : { problem: toText(started.problem) }
    },
    async ended(id, signal) {
      const { promise, resolve } = Promise.withResolvers<Run>()
      const stop = board.listen((run) => { if (run.id === id && isEnded(run.phase)) resolve(run) })
      const resting = new AbortController()
      try {
        await board.following()
        for (;;) {
          const [run] = await runs.find([id])
          if (!run) return 'It was deleted.'
          if (isEnded(run.phase)) return failureOf(run)
          const ended = await Promise.race([promise, delay(lookEveryMs, undefined, { signal: AbortSignal.any([signal, resting.signal]), ref: false })])
          if (ended) return failureOf(ended)
        }
      } finally {
        resting.abort()
        stop()
      }
    },
  }
}

function failureOf({ phase }: Run): string | undefined {
  switch (phase.kind) {
    case 'SUCCEEDED': return undefined
    case 'FAILED': return `${phase.failure.code}: ${phase.failure.message}`
    case 'CANCELLED': return `${phase.by} cancelled it.`
    default: return 'It took longer than its deadline.'
  }
}

const toText = (problem: Problem): string => ('problems' in problem ? problem.problems.slice(0, 5).map(({ message }) => message).join(' ') : problem.message)
