/**
 * The Open Inference Protocol v2 over HTTP, as both of its ends read and write it:
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md, and its binary tensors:
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md.
 * A body is JSON; or JSON of so many bytes as the header says, and after it the tensors' data one after the other, little-endian, row by row.
 */
export const headerLengthHeader = 'inference-header-content-length'

/** A tensor in the JSON: its numbers are in `data`, or as so many bytes after the JSON. */
export interface WireTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly datatype: string
  readonly data?: readonly unknown[]
  readonly parameters?: { readonly binary_data_size?: number }
}

export type TensorEncoding = 'BINARY' | 'JSON'

/** A body cannot be understood; the message says why, for whoever sent it. */
export class OipFormatError extends Error {
  override readonly name = 'OipFormatError'
}
