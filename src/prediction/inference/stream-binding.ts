import type { Journal } from '../../change/journal.ts'
import { Failure } from '../../errors.ts'
import { mayPass } from '../../run/insist.ts'
import { createNetworkFacts } from '../../run/network-facts.ts'
import type { RunOutput } from '../../run/run-inputs.ts'
import type { Run } from '../../run/run.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import { bindFeatures } from '../features/bind-features.ts'
import type { InferenceRequest } from './inference-request.ts'
import type { InferenceTask } from './inference-task.ts'
import { planResults } from './plan-results.ts'
import { type InferenceStartConfig, mostTwins, selectScope } from './start-inference.ts'

/** What a stream does now: its task and outputs as of a place in the journal. */
export interface StreamBinding {
  readonly task: InferenceTask
  readonly outputs: readonly RunOutput[]
  readonly cursor: number
}

/** Or why it cannot be bound now. */
export type StreamBound = { readonly ok: true; readonly binding: StreamBinding } | { readonly ok: false; readonly why: string }

/**
 * Binds what a stream reads to the graph as it is by now: to the twins it was asked of, or to those that satisfy its filter by now. What the run is kept with stays what it
 * began with.
 */
export interface StreamBinder {
  /** The last place in the journal. */
  head(signal: AbortSignal): Promise<number>
  /** `from`: rows from then on. Refused with what is wrong, such as a path that leads nowhere any more. Fails as the graph does. */
  bind(run: Pick<Run, 'request'>, task: InferenceTask, from: Microseconds, signal: AbortSignal): Promise<StreamBound>
}

export interface StreamBinderConfig extends Pick<InferenceStartConfig, 'select' | 'features' | 'networks' | 'vantages' | 'registry' | 'now'> {
  readonly journal: Pick<Journal, 'ends'>
}

export function createStreamBinder(config: StreamBinderConfig): StreamBinder {
  return {
    async head(signal) { return (await config.journal.ends({ signal })).head },
    bind: (run, task, from, signal) => bind(config, run, task, { from, signal }).catch((error: unknown) => {
      if (error instanceof Failure && !mayPass(error)) return refused(error.message) // such as paths that lead to too many
      throw error
    }),
  }
}

async function bind(config: StreamBinderConfig, { request }: Pick<Run, 'request'>, task: InferenceTask, { from, signal }: { readonly from: Microseconds; readonly signal: AbortSignal }): Promise<StreamBound> {
  const scope = await selectScope(config, request as unknown as InferenceRequest, { most: mostTwins, scenario: undefined, signal })
  if (!scope.ok) return refused(scope.problem.message)
  const vantage = await config.vantages.find({}, signal)
  const { network } = await config.networks.read({ of: scope.value, over: [], vantage, most: mostTwins, signal })
  const known = new Set(network.twins.map(({ id }) => id))
  const { predictor: { card, name }, knowledge } = task
  const bound = await bindFeatures(config.features, { specs: card.features, twins: scope.value.filter((id) => known.has(id)), vantage, window: { from, to: Math.max(from, config.now()) + 1 }, knowledge, signal })
  if (!bound.ok) return refused(bound.problems[0]?.message ?? '')
  const { outputs, results, problems } = planResults({ features: bound.bound, card, predictor: name, facts: createNetworkFacts(network, config.registry()) })
  if (problems[0]) return refused(problems[0].message)
  return { ok: true, binding: { task: { ...task, features: bound.bound, results }, outputs, cursor: bound.cursor } }
}

const refused = (why: string): StreamBound => ({ ok: false, why })
