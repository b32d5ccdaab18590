import type { ModelCard } from '../../prediction/model-card.ts'
import type { Predictor, PredictorStage, StoredModel } from '../../prediction/predictor.ts'
import type { NewPredictor } from '../../prediction/predictor-store.ts'
import type { RuntimeId } from '../../prediction/runtime.ts'

/** The properties of a `:_Predictor` that statements return; what has parts is JSON. */
export interface PredictorRow {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly stage: PredictorStage
  readonly runtime: RuntimeId
  /** `StoredModel`; of `model` the catalogue filters what the predictor may be asked of. */
  readonly stored: string
  readonly card: string
  readonly build: string
  readonly createdAtMs: number
  readonly createdBy: string
  readonly stagedAtMs: number
}

export type PredictorColumn = keyof PredictorRow

/** Of a new one; what the store counts and stamps is set by the statement. Beside what is read back stands what lists are filtered by. */
export const toColumns = ({ name, runtime, model, card, build, createdBy }: NewPredictor): Readonly<Record<string, unknown>> => ({
  name, runtime, stored: JSON.stringify(model), card: JSON.stringify(card), build, createdBy,
  description: card.description, licence: card.licence, model: card.model ?? null, artifact: model.kind === 'artifact' ? model.sha256 : null,
})

/** JSON leaves out what is undefined, which reads the same. */
export const toPredictor = ({ id, name, version, stage, runtime, stored, card, build, createdAtMs, createdBy, stagedAtMs }: PredictorRow): Predictor => ({
  id, name, version, stage, runtime, model: JSON.parse(stored) as StoredModel, card: JSON.parse(card) as ModelCard, build, createdAt: createdAtMs, createdBy, stagedAt: stagedAtMs,
})
