import type { Signature, Tensor } from './tensor.ts'

export type RuntimeId = 'ONNX' | 'OIP' | 'STATISTICS'

/** What computes predictions: one port, one contract. Nothing of it computes on the thread that answers queries. */
export interface PredictorRuntime extends AsyncDisposable {
  readonly id: RuntimeId
  /** Of what computes, such as `1.30.0`; of remote servers that of the protocol. */
  readonly version: string
  /** What the model takes and gives. Throws `PredictorError`. */
  inspect(model: ModelRef, signal?: AbortSignal): Promise<Signature>
  /**
   * One batch. The model stays open for the next one. Rejects with the signal's reason, or with a `PredictorError`: WRONG_SHAPE, WRONG_TYPE, BAD_MODEL,
   * MODEL_FAILED, RUNTIME_UNAVAILABLE (retryable), RUNTIME_TIMEOUT (retryable), OUT_OF_MEMORY. Data of `inputs` may be transferred: do not use it afterwards.
   */
  infer(model: ModelRef, inputs: readonly Tensor[], signal?: AbortSignal): Promise<readonly Tensor[]>
}

/** Where a model is. */
export type ModelRef =
  | { readonly kind: 'artifact'; readonly sha256: string; /** A file that can be opened. */ readonly path: string }
  | { readonly kind: 'remote'; /** Without `/v2`. */ readonly url: string; readonly model: string; readonly version: string | undefined; readonly encoding: 'BINARY' | 'JSON'; readonly timeoutMs: number }
  | { readonly kind: 'method'; readonly method: StatisticsMethod; readonly options: Readonly<Record<string, number>> }

/** Built-in statistics. Each takes `history` [-1, n] (FP64, the oldest first) and gives what its own page of docs/prediction.md says. */
export type StatisticsMethod = 'MSTL' | 'ETS' | 'CHANGEPOINT' | 'OUTLIER_MAD'

/** Why a prediction failed, as its client is told. */
export class PredictorError extends Error {
  override readonly name = 'PredictorError'
  /** Upper case. */
  readonly code: string
  readonly isRetryable: boolean

  constructor(code: string, message: string, { isRetryable = false, cause }: { readonly isRetryable?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause })
    this.code = code
    this.isRetryable = isRetryable
  }
}
