import type { Idempotency } from '../scenario/scenario-store.ts'
import type { Predictor, PredictorStage } from './predictor.ts'

export type NewPredictor = Omit<Predictor, 'id' | 'version' | 'stage' | 'createdAt' | 'stagedAt'>

/** What of a predictor may change, and that alone: a card may be large, and is read once. */
export type PredictorHead = Pick<Predictor, 'id' | 'stage' | 'stagedAt'>

/** `keyReused`: the key was used before for something else. */
export type PredictorRegistered =
  | { readonly kind: 'registered'; readonly predictor: Predictor; readonly isNew: boolean }
  | { readonly kind: 'keyReused' }

/** Predictors in the catalogue. Fails with STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
export interface PredictorStore {
  /** As the next version of its name, CANDIDATE; the same build of the same name is there once: it is answered as it is, `isNew` false. */
  register(predictor: NewPredictor, idempotency?: Idempotency): Promise<PredictorRegistered>
  /** What the same key was answered before; undefined: it was not used. */
  repeated(idempotency: Idempotency): Promise<PredictorRegistered | undefined>
  /** Making one ACTIVE retires the one that was. Undefined: there is none of the id. */
  setStage(id: string, stage: PredictorStage): Promise<Predictor | undefined>
  /** By id. */
  find(ids: readonly string[], signal?: AbortSignal): Promise<readonly (Predictor | undefined)[]>
  /** By id, or by name the ACTIVE one. */
  head(idOrName: string, signal?: AbortSignal): Promise<PredictorHead | undefined>
  /** Names there are, for what a message suggests; at most so many. */
  names(limit: number): Promise<readonly string[]>
}
