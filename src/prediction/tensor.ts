/** Tensors as the Open Inference Protocol (v2) names their types. Rows lie one after the other: the first dimension is the batch. */
export type Tensor =
  | { readonly name: string; readonly type: 'FP32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly name: string; readonly type: 'FP64'; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly name: string; readonly type: 'INT32'; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly name: string; readonly type: 'INT64'; readonly shape: readonly number[]; readonly data: BigInt64Array }
  /** 0 and 1. */
  | { readonly name: string; readonly type: 'BOOL'; readonly shape: readonly number[]; readonly data: Uint8Array }

export type TensorType = Tensor['type']

/** What a model takes or gives. Of `shape`, -1 is a dimension that is free, as the batch's; null: the model does not say. */
export interface TensorSignature {
  readonly name: string
  readonly type: TensorType
  readonly shape: readonly number[] | null
}

/** Null: the server does not say (MLServer, where nothing was declared). */
export interface Signature {
  readonly inputs: readonly TensorSignature[] | null
  readonly outputs: readonly TensorSignature[] | null
}
