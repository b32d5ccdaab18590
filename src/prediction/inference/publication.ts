import { insist } from '../../run/insist.ts'
import type { RunStore } from '../../run/run-store.ts'
import type { Run } from '../../run/run.ts'
import type { PredictorBook } from '../predictor.ts'
import type { InferenceTask } from './inference-task.ts'

export interface PublicationConfig {
  readonly predictors: PredictorBook
  readonly store: Pick<RunStore, 'find'>
  readonly insistMs: number
}

/**
 * Whether what a run predicts is said under no run, too: asked anew before it is stored. Of a predictor that is ACTIVE no more nothing is published but what was asked to be,
 * and of one that was RETIRED nothing at all. Who does a run over again that succeeded looks whether it comes to the same: that was published already, and newer words stand by now.
 */
export function createPublication({ predictors, store, insistMs }: PublicationConfig, { request, repeats }: Pick<Run, 'request' | 'repeats'>, { predictor, publishes }: Pick<InferenceTask, 'predictor' | 'publishes'>, signal: AbortSignal): () => Promise<boolean> {
  const isAskedFor = (request as { readonly publish?: boolean | null } | null)?.publish === true
  const mayPublish = async (): Promise<boolean> => {
    if (!publishes || repeats === undefined) return publishes
    const [original] = await insist(() => store.find([repeats]), insistMs, signal)
    return original !== undefined && original.phase.kind !== 'SUCCEEDED'
  }
  let asked: Promise<boolean> | undefined
  return async () => {
    if (!await (asked ??= mayPublish())) return false
    const stage = (await insist(() => predictors.find(predictor.id, signal), insistMs, signal))?.stage
    return stage === 'ACTIVE' || (isAskedFor && stage === 'CANDIDATE')
  }
}
