/**
 * Writes ONNX files, so that a model made in TypeScript needs no Python: the protobuf of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3, by hand.
 * Field numbers are that file's. Equal models are equal bytes: everything is written in the order it is given in, and nothing of the clock or the machine.
 *
 *   onnxModel({
 *     inputs: [{ name: 'x', type: 'FP32', shape: ['rows', 3] }],
 *     outputs: [{ name: 'y', type: 'FP32', shape: ['rows', 1] }],
 *     initializers: [{ name: 'w', shape: [3, 1], data: [1, 2, 3] }, { name: 'b', shape: [1], data: [0.5] }],
 *     nodes: [{ opType: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['y'] }],
 *   })
 */
export interface OnnxModelSpec extends OnnxGraph {
  /** Of the operators (https://onnx.ai/onnx/operators/); default 17. Others by their domain, such as `{ '': 17, 'ai.onnx.ml': 3 }`. */
  readonly opset?: number | Readonly<Record<string, number>>
  /** Shown by tools. */
  readonly metadata?: Readonly<Record<string, string>>
  readonly producer?: string
}

export interface OnnxGraph {
  readonly name?: string
  readonly inputs: readonly OnnxValueInfo[]
  readonly outputs: readonly OnnxValueInfo[]
  /** A node may only read what comes before it. */
  readonly nodes: readonly OnnxNode[]
  /** Constants, such as weights. */
  readonly initializers?: readonly OnnxTensor[]
}

export type OnnxType = keyof typeof dataTypes

export interface OnnxValueInfo {
  readonly name: string
  readonly type: OnnxType
  /** A text is a dimension that is free, as the batch's. Undefined: any shape. */
  readonly shape?: readonly (number | string)[]
}

export interface OnnxTensor {
  readonly name: string
  /** Default FP32. */
  readonly type?: OnnxType
  /** Empty: a scalar. */
  readonly shape: readonly number[]
  /** Row by row. Of INT64, numbers or bigints; of BOOL, 0 and 1. */
  readonly data: ArrayLike<number> | ArrayLike<bigint>
}

export interface OnnxNode {
  readonly opType: string
  /** Names; '' where an optional input is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
  readonly name?: string
  /** Of the operator; default ONNX's own. */
  readonly domain?: string
}

/** A number is an integer (INT), numbers are INTS: floats have to be called so, because a reader refuses one in the place of the other. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraph }

/** TensorProto.DataType. */
const dataTypes = { FP32: 1, UINT8: 2, INT8: 3, UINT16: 4, INT16: 5, INT32: 6, INT64: 7, BOOL: 9, FP64: 11 } as const

/** Of the format: the one that came with opset 15 and holds for all later ones that matter here. */
const irVersion = 8

/** The bytes of a .onnx file (ModelProto). Throws RangeError for a tensor whose data are not as many as its shape says. */
export function onnxModel({ opset = 17, metadata = {}, producer = 'twinfold', ...graph }: OnnxModelSpec): Uint8Array {
  const opsets = typeof opset === 'number' ? { '': opset } : opset
  return message(
    varintField(1, irVersion),
    textField(2, producer),
    bytesField(7, graphProto(graph)),
    ...Object.entries(opsets).map(([domain, version]) => bytesField(8, message(textField(1, domain), varintField(2, version)))),
    ...Object.entries(metadata).map(([key, value]) => bytesField(14, message(textField(1, key), textField(2, value)))),
  )
}

function graphProto({ name = 'main', inputs, outputs, nodes, initializers = [] }: OnnxGraph): Uint8Array {
  return message(
    ...nodes.map((node) => bytesField(1, nodeProto(node))),
    textField(2, name),
    ...initializers.map((tensor) => bytesField(5, tensorProto(tensor))),
    ...inputs.map((value) => bytesField(11, valueInfoProto(value))),
    ...outputs.map((value) => bytesField(12, valueInfoProto(value))),
  )
}

function nodeProto({ opType, inputs, outputs, attributes = {}, name = '', domain = '' }: OnnxNode): Uint8Array {
  return message(
    ...inputs.map((input) => textField(1, input)),
    ...outputs.map((output) => textField(2, output)),
    textField(3, name),
    textField(4, opType),
    ...Object.entries(attributes).map(([key, value]) => bytesField(5, message(textField(1, key), ...attributeValue(value)))),
    textField(7, domain),
  )
}

/** The value, and `type` (20) of AttributeProto.AttributeType. */
function attributeValue(value: OnnxAttribute): Uint8Array[] {
  if (typeof value === 'number') return [varintField(3, value), varintField(20, 2)]
  if (typeof value === 'string') return [textField(4, value), varintField(20, 3)]
  if ('float' in value) return [message(tag(2, 5), fixed32(value.float)), varintField(20, 1)]
  if ('floats' in value) return [...value.floats.map((each) => message(tag(7, 5), fixed32(each))), varintField(20, 6)]
  if ('strings' in value) return [...value.strings.map((each) => textField(9, each)), varintField(20, 8)]
  if ('tensor' in value) return [bytesField(5, tensorProto(value.tensor)), varintField(20, 4)]
  if ('graph' in value) return [bytesField(6, graphProto(value.graph)), varintField(20, 5)]
  return [...value.map((each) => varintField(8, each)), varintField(20, 7)]
}

function tensorProto({ name, type = 'FP32', shape, data }: OnnxTensor): Uint8Array {
  const expected = shape.reduce((product, dimension) => product * dimension, 1)
  if (data.length !== expected) throw new RangeError(`${name}: ${data.length} numbers for the shape [${shape.join(', ')}], which takes ${expected}.`)
  return message(
    ...shape.map((dimension) => varintField(1, dimension)),
    varintField(2, dataTypes[type]),
    textField(8, name),
    bytesField(9, rawData(type, data)), // raw_data: little-endian, whatever this machine is
  )
}

function rawData(type: OnnxType, data: ArrayLike<number> | ArrayLike<bigint>): Uint8Array {
  const { bytes, write } = writers[type]
  const raw = new Uint8Array(data.length * bytes)
  const view = new DataView(raw.buffer)
  for (let index = 0; index < data.length; index++) write(view, index * bytes, data[index] as number | bigint)
  return raw
}

const writers: Readonly<Record<OnnxType, { readonly bytes: number; readonly write: (view: DataView, at: number, value: number | bigint) => void }>> = {
  FP32: { bytes: 4, write: (view, at, value) => { view.setFloat32(at, Number(value), true) } },
  FP64: { bytes: 8, write: (view, at, value) => { view.setFloat64(at, Number(value), true) } },
  INT64: { bytes: 8, write: (view, at, value) => { view.setBigInt64(at, BigInt(value), true) } },
  INT32: { bytes: 4, write: (view, at, value) => { view.setInt32(at, Number(value), true) } },
  INT16: { bytes: 2, write: (view, at, value) => { view.setInt16(at, Number(value), true) } },
  UINT16: { bytes: 2, write: (view, at, value) => { view.setUint16(at, Number(value), true) } },
  INT8: { bytes: 1, write: (view, at, value) => { view.setInt8(at, Number(value)) } },
  UINT8: { bytes: 1, write: (view, at, value) => { view.setUint8(at, Number(value)) } },
  BOOL: { bytes: 1, write: (view, at, value) => { view.setUint8(at, Number(value) === 0 ? 0 : 1) } },
}

/** ValueInfoProto { name, type: TypeProto { tensor_type: { elem_type, shape: { dim { dim_value | dim_param } } } } }. */
function valueInfoProto({ name, type, shape }: OnnxValueInfo): Uint8Array {
  const dimensions = shape?.map((each) => bytesField(1, typeof each === 'number' ? varintField(1, each) : textField(2, each)))
  const tensorType = message(varintField(1, dataTypes[type]), ...(dimensions === undefined ? [] : [bytesField(2, message(...dimensions))]))
  return message(textField(1, name), bytesField(2, bytesField(1, tensorType)))
}

// Protobuf's wire format: https://protobuf.dev/programming-guides/encoding/. A message is its fields, one after the other.

export function message(...fields: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const field of fields) {
    joined.set(field, at)
    at += field.length
  }
  return joined
}

export const varintField = (field: number, value: number): Uint8Array => message(tag(field, 0), varint(BigInt(value)))
export const bytesField = (field: number, bytes: Uint8Array): Uint8Array => message(tag(field, 2), varint(BigInt(bytes.length)), bytes)
export const textField = (field: number, text: string): Uint8Array => bytesField(field, new TextEncoder().encode(text))

const tag = (field: number, wireType: 0 | 2 | 5): Uint8Array => varint(BigInt(field << 3 | wireType))

/** Seven bits a byte, the lowest first; negative numbers as their two's complement of 64 bits. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  for (let left = BigInt.asUintN(64, value); ; left >>= 7n) {
    if (left < 128n) return Uint8Array.from([...bytes, Number(left)])
    bytes.push(Number(left & 127n) | 128)
  }
}

function fixed32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return bytes
}
