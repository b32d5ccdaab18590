import type { Predictor, PredictorStage } from './predictor.ts'

export type NewPredictor = Omit<Predictor, 'id' | 'version' | 'stage' | 'createdAt' | 'stagedAt'>

/** Predictors in the catalogue. Fails with STORE_UNAVAILABLE, TIMEOUT. */
export interface PredictorStore {
  /** As the next version of its name, CANDIDATE; the same build of the same name is there once: it is answered as it is, `isNew` false. */
  register(predictor: NewPredictor): Promise<{ readonly predictor: Predictor; readonly isNew: boolean }>
  /** Making one ACTIVE retires the one that was. Undefined: there is none of the id. */
  setStage(id: string, stage: PredictorStage): Promise<Predictor | undefined>
  /** By id. */
  find(ids: readonly string[]): Promise<readonly (Predictor | undefined)[]>
  active(name: string): Promise<Predictor | undefined>
  /** Names there are, for what a message suggests; at most so many. */
  names(limit: number): Promise<readonly string[]>
}
