import type { Conflict, Invalid, NotFound } from '../problem.ts'
import type { Json } from '../util/json.ts'
import type { Result } from '../util/result.ts'
import type { FeatureInput } from './features/parse-features.ts'
import type { OutputSpec } from './model-card.ts'
import type { Predictor, PredictorStage } from './predictor.ts'
import type { RuntimeId, StatisticsMethod } from './runtime.ts'
import type { TensorType } from './tensor.ts'

/** What clients give to `registerPredictor`, as GraphQL coerces it. */
export interface RegisterRequest {
  readonly name: string
  readonly runtime: RuntimeId
  /** Of ONNX. */
  readonly artifact?: string | null
  /** Of OIP. */
  readonly remote?: RemoteRequest | null
  /** Of STATISTICS. */
  readonly method?: StatisticsMethod | null
  readonly options?: Json | null
  readonly card: CardRequest
}

export interface RemoteRequest {
  readonly url: string
  readonly model: string
  readonly version?: string | null
  readonly encoding?: 'BINARY' | 'JSON' | null
  /** An ISO 8601 duration. */
  readonly timeout?: string | null
}

export interface CardRequest {
  readonly description: string
  readonly licence: string
  readonly features: readonly FeatureInput[]
  readonly inputs: readonly { readonly tensor: string; readonly type: TensorType; readonly features: readonly string[] }[]
  readonly outputs: readonly OutputRequest[]
  readonly model?: string | null
  readonly training?: TrainingRequest | null
  readonly metrics?: Json | null
  readonly reference?: readonly { readonly feature: string; readonly sample: readonly number[] }[] | null
}

export interface OutputRequest {
  readonly name: string
  readonly tensor: string
  readonly column?: number | null
  readonly role?: OutputSpec['role'] | null
  readonly of?: string | null
  readonly telemetry?: string | null
  readonly unit?: string | null
  readonly horizon?: string | null
  readonly interval?: { readonly level: number; readonly lower: number; readonly upper: number } | null
  readonly level?: number | null
}

export interface TrainingRequest {
  readonly from: string
  readonly to: string
  readonly dataSha256?: string | null
  readonly rows?: number | string | null
  readonly code?: string | null
}

export interface RegisterBy {
  readonly actor: string
  readonly idempotencyKey?: string | null | undefined
  readonly signal?: AbortSignal | undefined
}

export interface RegisteredPredictor {
  readonly predictor: Predictor
  /** The same build was there under the name, or the key was used before. */
  readonly isKnown: boolean
}

/** Predictors: everything the API does with them but predict. Methods fail with STORE_UNAVAILABLE, ARTIFACTS_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
export interface PredictorService {
  /** Refuses whatever a machine can find wrong, all at once. */
  register(request: RegisterRequest, by: RegisterBy): Promise<Result<RegisteredPredictor, Invalid | Conflict>>
  /** Making one ACTIVE retires the one of the name that was. */
  setStage(id: string, stage: PredictorStage): Promise<Result<Predictor, NotFound>>
  find(ids: readonly string[]): Promise<readonly (Predictor | undefined)[]>
  /** By id, or by name the ACTIVE one. */
  named(idOrName: string, signal?: AbortSignal): Promise<Predictor | undefined>
}
