import type { Json } from '../../util/json.ts'

/** What clients give to `startInference`, as GraphQL coerces it. */
export interface InferenceRequest extends ScopeRequest {
  /** An id, or a name: its ACTIVE version. */
  readonly predictor: string
  readonly at?: string | null
  readonly range?: RangeRequest | null
  readonly stream?: { readonly maxLag?: string | null } | null
  readonly scenario?: string | null
  readonly knowledge?: 'RECEIVED' | 'MEASURED' | null
  /** A run whose results features with the source SIMULATED or RESIDUAL read. */
  readonly simulation?: string | null
  readonly publish?: boolean | null
  readonly force?: boolean | null
  readonly tags?: readonly string[] | null
  readonly priority?: number | null
  readonly deadline?: string | null
}

/** Twins by id, or those of a model that satisfy a filter. */
export interface ScopeRequest {
  readonly twins?: readonly string[] | null
  readonly model?: string | null
  readonly where?: Json | null
}

export interface RangeRequest {
  readonly from: string
  readonly to: string
  readonly every: string
}

/** What clients give to `predict`. */
export interface PredictRequest {
  readonly predictor: string
  readonly twins?: readonly string[] | null
  readonly rows?: readonly (readonly number[])[] | null
  readonly at?: string | null
  readonly scenario?: string | null
  readonly knowledge?: 'RECEIVED' | 'MEASURED' | null
  readonly simulation?: string | null
}
