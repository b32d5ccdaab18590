import { PredictorError } from '../../prediction/runtime.ts'

/**
 * Looks through a model before the runtime opens it, for tensors whose numbers lie in other files (TensorProto.external_data): such a model is not whole, and would make the
 * runtime read files that it names. Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3. Throws `PredictorError` BAD_MODEL.
 */
export function scanModel(bytes: Uint8Array): void {
  try {
    scan(bytes, 'model', 0)
  } catch (error) {
    if (error instanceof PredictorError) throw error
    throw new PredictorError('BAD_MODEL', `The file is no ONNX model: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })
  }
}

type Message = keyof typeof within

/** Of each message, the fields that lead to tensors. */
const within = {
  model: new Map<number, string>([[7, 'graph'], [20, 'training'], [25, 'function']]),
  graph: new Map<number, string>([[1, 'node'], [5, 'tensor'], [15, 'sparse']]),
  node: new Map<number, string>([[5, 'attribute']]),
  attribute: new Map<number, string>([[5, 'tensor'], [6, 'graph'], [10, 'tensor'], [11, 'graph'], [22, 'sparse'], [23, 'sparse']]),
  sparse: new Map<number, string>([[1, 'tensor'], [2, 'tensor']]),
  training: new Map<number, string>([[1, 'graph'], [2, 'graph']]),
  function: new Map<number, string>([[7, 'node'], [11, 'attribute']]),
  tensor: new Map<number, string>(),
} as const

/** Of protobuf's own reader. */
const mostDepth = 100

function scan(bytes: Uint8Array, message: Message, depth: number): void {
  if (depth > mostDepth) throw new Error('it nests too deeply')
  if (bytes.length === 0 && depth === 0) throw new Error('it is empty')
  let name = ''
  let isExternal = false
  for (const { field, content, value } of fieldsOf(bytes)) {
    const next = within[message].get(field) as Message | undefined
    if (next !== undefined && content !== undefined) scan(content, next, depth + 1)
    if (message !== 'tensor') continue
    if (field === 8 && content !== undefined) name = new TextDecoder().decode(content)
    if (field === 13 || (field === 14 && value === 1n)) isExternal = true
  }
  if (isExternal) throw new PredictorError('BAD_MODEL', `The numbers of ${JSON.stringify(name.slice(0, 200))} lie in another file than the model. Save the model as one file, with all of its data inside.`)
}

interface Field {
  readonly field: number
  /** Of what has a length. */
  readonly content?: Uint8Array
  /** Of varints. */
  readonly value?: bigint
}

/** https://protobuf.dev/programming-guides/encoding/ */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const cursor = { at: 0 }
  while (cursor.at < bytes.length) {
    const tag = Number(varint(bytes, cursor))
    const field = Math.floor(tag / 8)
    switch (tag % 8) {
      case 0: yield { field, value: varint(bytes, cursor) }; break
      case 1: cursor.at += 8; break
      case 5: cursor.at += 4; break
      case 2: {
        const length = Number(varint(bytes, cursor))
        yield { field, content: bytes.subarray(cursor.at, cursor.at + length) }
        cursor.at += length
        break
      }
      default: throw new Error('it is not written as ONNX files are (protobuf)')
    }
    if (field === 0 || cursor.at > bytes.length) throw new Error('it is cut off or broken')
  }
}

function varint(bytes: Uint8Array, cursor: { at: number }): bigint {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[cursor.at++]
    if (byte === undefined) throw new Error('it is cut off')
    value |= BigInt(byte & 127) << shift
    if (byte < 128) return value
  }
  throw new Error('it is broken')
}
