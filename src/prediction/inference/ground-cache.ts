import type { Result } from '../../util/result.ts'
import type { InferenceDraft } from './check-inference.ts'
import type { InferenceRequest } from './inference-request.ts'
import { type Ground, type InferenceStartConfig, type Refusal, readGround, readsPredictions } from './start-inference.ts'

/** What predictions at once are made from: bound again only after the graph has changed. */
export interface Grounds {
  find(request: InferenceRequest, draft: InferenceDraft, signal: AbortSignal): Promise<Result<Ground, Refusal>>
}

export interface GroundsConfig extends InferenceStartConfig {
  /** The last place in the journal. */
  head(signal: AbortSignal): Promise<number>
}

/** Bound features that are remembered, of all requests. */
const mostFeatures = 500_000

/**
 * Binding asks the graph about every twin, which takes longer than all else of a prediction. What it found holds as long as nothing was committed, but for properties, whose
 * values are of the instants that are asked for, and for scenarios, which have telemetry of their own.
 */
export function createGrounds(config: GroundsConfig): Grounds {
  const known = new Map<string, { readonly ground: Ground; readonly weight: number }>()
  let weight = 0
  const forget = (key: string): void => {
    weight -= known.get(key)?.weight ?? 0
    known.delete(key)
  }
  const remember = (key: string, ground: Ground): void => {
    const own = ground.task.features.twins.length * ground.task.features.specs.length
    if (own > mostFeatures / 10 || readsProperties(ground)) return
    known.set(key, { ground, weight: own })
    weight += own
    for (const oldest of known.keys()) {
      if (weight <= mostFeatures) break
      forget(oldest)
    }
  }
  return {
    async find(request, draft, signal) {
      const predictor = await config.predictors.find(request.predictor, signal)
      const by = { actor: '', signal }
      if (!predictor || !request.twins || request.scenario || request.simulation) return await readGround(config, request, draft, by)
      const key = JSON.stringify([predictor.id, predictor.stage, draft.knowledge, request.twins])
      const [head, watermark] = await Promise.all([config.head(signal), config.telemetry.watermark({ withPredictions: readsPredictions(predictor.card.features) })])
      const found = known.get(key)?.ground
      forget(key)
      if (found?.pin.cursor === head) {
        remember(key, found)
        return { ok: true, value: { ...found, pin: { ...found.pin, watermark } } }
      }
      const read = await readGround(config, request, draft, by)
      if (read.ok) remember(key, read.value)
      return read
    },
  }
}

const readsProperties = ({ task }: Ground): boolean => task.features.twins.some(({ features }) => features.some(({ kind }) => kind === 'property'))
