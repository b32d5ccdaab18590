import { isTensorType, sizeOf, tensorBytes, tensorTypes } from '../check-tensors.ts'
import type { Tensor, TensorType } from '../tensor.ts'
import { OipFormatError } from './wire.ts'

/** A body taken apart: its JSON, and the bytes after it. Throws OipFormatError. */
export function splitBody(body: Uint8Array, headerLength: string | undefined): { readonly json: Readonly<Record<string, unknown>>; readonly data: Uint8Array } {
  const length = headerLength === undefined ? body.length : Number(headerLength)
  if (!/^\d*$/.test(headerLength ?? '') || !Number.isSafeInteger(length) || length > body.length) throw new OipFormatError(`Inference-Header-Content-Length is ${JSON.stringify(headerLength)}: it takes how many of the body's ${body.length} bytes are JSON.`)
  const json = parseJson(body.subarray(0, length))
  if (!isRecord(json)) throw new OipFormatError('The body is no JSON object.')
  return { json, data: body.subarray(length) }
}

/**
 * Tensors of `inputs` or `outputs`, and that they are whole: types that are known, data as many as shapes hold, no byte too many. Throws OipFormatError, which names the tensor.
 * Data in JSON may be nested as the shape is. Binary data are used where they lie, if they lie there as a machine reads them.
 */
export function decodeTensors(key: 'inputs' | 'outputs', list: unknown, data: Uint8Array): readonly Tensor[] {
  if (!Array.isArray(list)) throw new OipFormatError(`${key} is missing: it takes a list of tensors.`)
  let at = 0
  const tensors = list.map((item: unknown, index): Tensor => {
    const { name, shape, type, size, values, parameters } = readTensor(item, `${key}[${index}]`)
    const bytes = parameters['binary_data_size']
    if (bytes === undefined) return fromNumbers(name, type, shape, size, values)
    if (values !== undefined) throw new OipFormatError(`The tensor ${name} has both data and binary_data_size: one of them is its data.`)
    if (bytes !== size * tensorBytes[type]) throw new OipFormatError(`The tensor ${name} has a binary_data_size of ${String(bytes)}; ${type} [${shape.join(', ')}] takes ${size * tensorBytes[type]} bytes.`)
    if (at + bytes > data.length) throw new OipFormatError(`The body ends within the data of the tensor ${name}.`)
    at += bytes
    return fromBytes(name, type, shape, data.subarray(at - bytes, at))
  })
  if (at !== data.length) throw new OipFormatError(`The body has ${data.length - at} bytes that belong to no tensor.`)
  return tensors
}

/** A tensor of bytes that are as many as its shape takes; copied only where they do not lie at a multiple of a number's size. */
export function fromBytes(name: string, type: TensorType, shape: readonly number[], given: Uint8Array): Tensor {
  const bytes = given.byteOffset % tensorBytes[type] === 0 ? given : Uint8Array.from(given)
  const [buffer, from, size] = [bytes.buffer, bytes.byteOffset, bytes.length / tensorBytes[type]]
  switch (type) {
    case 'FP32': return { name, type, shape, data: new Float32Array(buffer, from, size) }
    case 'FP64': return { name, type, shape, data: new Float64Array(buffer, from, size) }
    case 'INT32': return { name, type, shape, data: new Int32Array(buffer, from, size) }
    case 'INT64': return { name, type, shape, data: new BigInt64Array(buffer, from, size) }
    case 'BOOL': return { name, type, shape, data: Uint8Array.from(bytes, (each) => Number(each !== 0)) }
  }
}

interface ReadTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: TensorType
  readonly size: number
  readonly values: unknown
  readonly parameters: Readonly<Record<string, unknown>>
}

function readTensor(item: unknown, place: string): ReadTensor {
  if (!isRecord(item)) throw new OipFormatError(`${place} is no tensor.`)
  const { name, shape, datatype, data: values, parameters = {} } = item
  if (typeof name !== 'string' || name === '') throw new OipFormatError(`${place} has no name.`)
  if (!isTensorType(datatype)) throw new OipFormatError(`The tensor ${name} is of the type ${JSON.stringify(datatype) ?? 'undefined'}: known are ${tensorTypes.join(', ')}.`)
  const size = Array.isArray(shape) ? sizeOf(shape as readonly number[]) : undefined
  if (size === undefined) throw new OipFormatError(`The tensor ${name} has the shape ${JSON.stringify(shape) ?? 'undefined'}: it takes a list of whole numbers.`)
  return { name, shape: shape as readonly number[], type: datatype, size, values, parameters: isRecord(parameters) ? parameters : {} }
}

/** The most dimensions that any framework knows; a list that nests deeper is none of a tensor. */
const mostDimensions = 64

function fromNumbers(name: string, type: TensorType, shape: readonly number[], size: number, values: unknown): Tensor {
  if (!Array.isArray(values)) throw new OipFormatError(`The tensor ${name} has no data.`)
  const flat: readonly unknown[] = values.some(Array.isArray) ? values.flat(mostDimensions) : values
  if (flat.length !== size) throw new OipFormatError(`The tensor ${name} has ${flat.length} numbers; its shape [${shape.join(', ')}] holds ${size}.`)
  const bad = (index: number): never => { throw new OipFormatError(`The tensor ${name} has ${(JSON.stringify(flat[index]) ?? 'undefined').slice(0, 40)} at ${index}, which is no ${type}.`) }
  const float = (value: unknown, index: number): number => (typeof value === 'number' ? value : value === null ? Number.NaN : bad(index))
  const whole = (value: unknown, index: number): number => (Number.isSafeInteger(value) ? value as number : bad(index))
  switch (type) {
    case 'FP32': return { name, type, shape, data: Float32Array.from(flat, float) }
    case 'FP64': return { name, type, shape, data: Float64Array.from(flat, float) }
    case 'INT32': return { name, type, shape, data: Int32Array.from(flat, (value, index) => (Math.abs(whole(value, index) + 0.5) < 2 ** 31 ? value as number : bad(index))) }
    case 'INT64': return { name, type, shape, data: BigInt64Array.from(flat, (value, index) => BigInt(whole(value, index))) }
    case 'BOOL': return { name, type, shape, data: Uint8Array.from(flat, (value, index) => (value === true || value === 1 ? 1 : value === false || value === 0 ? 0 : bad(index))) }
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new OipFormatError(`The body is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`, { cause: error })
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
