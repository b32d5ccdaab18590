import { canonicalJson } from '../../model/canonical-json.ts'
import { sha256 } from '../../util/sha256.ts'
import type { ScopeRequest } from './inference-request.ts'
import type { InferenceTask } from './inference-task.ts'

/** Equal for streams that say the same from now on. When they began is no part of it, nor what the graph was then: they are bound anew as it changes. */
export function toStreamHash({ predictor, instants, publishes, simulation }: InferenceTask, { twins, model, where }: ScopeRequest): string {
  const scope = twins ? { twins: [...new Set(twins)].sort() } : { model: model ?? null, where: where ?? null }
  return sha256(canonicalJson({ stream: { predictor: predictor.id, build: predictor.build, scope, publishes, simulation, maxLag: instants.kind === 'stream' ? instants.maxLag : null } }))
}
