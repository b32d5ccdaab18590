import type { WireTensor } from '../../prediction/oip/wire.ts'
import type { Signature } from '../../prediction/tensor.ts'

/** What a process is told; the data of the tensors follow the JSON. */
export interface OnnxOrder {
  readonly kind: 'inspect' | 'infer'
  readonly sha256: string
  readonly path: string
  readonly tensors: readonly WireTensor[]
}

/** Answers come in the order of the orders. */
export type OnnxAnswer =
  | { readonly kind: 'signature'; readonly signature: Signature }
  | { readonly kind: 'tensors'; readonly tensors: readonly WireTensor[] }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

export interface OnnxReply {
  readonly answer: OnnxAnswer
  /** Of the tensors, one after the other. */
  readonly data: Uint8Array
}
