import type { ModelCard } from './model-card.ts'
import type { RuntimeId, StatisticsMethod } from './runtime.ts'

export type PredictorStage = 'CANDIDATE' | 'ACTIVE' | 'RETIRED'

/** A version of a predictor. Of one name at most one is ACTIVE: the one that is meant where only the name is given, and whose predictions are published. */
export interface Predictor {
  /** `<name>;<version>`, such as `leak-detector;3`. */
  readonly id: string
  readonly name: string
  /** 1, 2, 3 … of the name. */
  readonly version: number
  readonly stage: PredictorStage
  readonly runtime: RuntimeId
  readonly model: StoredModel
  readonly card: ModelCard
  /** SHA-256 over the model and the card: equal builds predict equally, remote ones as far as their server keeps its word. */
  readonly build: string
  /** Ms since 1970. */
  readonly createdAt: number
  readonly createdBy: string
  readonly stagedAt: number
}

/** As it is kept: artifacts by their names. */
export type StoredModel =
  | { readonly kind: 'artifact'; readonly sha256: string }
  | { readonly kind: 'remote'; readonly url: string; readonly model: string; readonly version: string | undefined; readonly encoding: 'BINARY' | 'JSON'; readonly timeoutMs: number }
  | { readonly kind: 'method'; readonly method: StatisticsMethod; readonly options: Readonly<Record<string, number>> }

/** Finds predictors, from memory where that is as good. */
export interface PredictorBook {
  /** By id, or by name the ACTIVE one; undefined where there is none. */
  find(idOrName: string, signal?: AbortSignal): Promise<Predictor | undefined>
}
