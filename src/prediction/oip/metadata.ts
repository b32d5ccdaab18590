import { isTensorType, tensorTypes } from '../check-tensors.ts'
import type { Signature, TensorSignature } from '../tensor.ts'
import { isRecord } from './decode.ts'
import { OipFormatError } from './wire.ts'

/** What the metadata of a model say that it takes and gives. Throws OipFormatError for types that are not known. Servers that know no tensors of a model list none. */
export function parseMetadata(json: Readonly<Record<string, unknown>>): Signature {
  return { inputs: parseTensors('inputs', json['inputs']), outputs: parseTensors('outputs', json['outputs']) }
}

function parseTensors(key: string, list: unknown): readonly TensorSignature[] | null {
  if (list === undefined || list === null) return null
  if (!Array.isArray(list)) throw new OipFormatError(`${key} is no list of tensors.`)
  return list.length === 0 ? null : list.map((item: unknown, index) => parseTensor(`${key}[${index}]`, item))
}

function parseTensor(place: string, item: unknown): TensorSignature {
  if (!isRecord(item) || typeof item['name'] !== 'string') throw new OipFormatError(`${place} has no name.`)
  const { name, datatype, shape } = item
  if (!isTensorType(datatype)) throw new OipFormatError(`${place}, ${name}, is of the type ${JSON.stringify(datatype) ?? 'undefined'}: known are ${tensorTypes.join(', ')}.`)
  if (!Array.isArray(shape)) return { name, type: datatype, shape: null }
  if (!shape.every((each) => Number.isSafeInteger(each) && each >= -1)) throw new OipFormatError(`${place}, ${name}, has the shape ${JSON.stringify(shape)}: it takes whole numbers, and -1 where any will do.`)
  return { name, type: datatype, shape: shape as readonly number[] }
}

/** The other way. A shape that is not known is left out. */
export const toMetadata = (tensors: readonly TensorSignature[] | null): readonly Readonly<Record<string, unknown>>[] =>
  (tensors ?? []).map(({ name, type, shape }) => ({ name, datatype: type, ...(shape && { shape }) }))
