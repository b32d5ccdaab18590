import type { Tensor } from '../tensor.ts'
import { decodeTensors, isRecord, splitBody } from './decode.ts'
import { encodeBody, type EncodedBody } from './encode.ts'
import { OipFormatError } from './wire.ts'

/** A request for an inference, as a server reads it. */
export interface InferRequest {
  readonly id: string | undefined
  readonly inputs: readonly Tensor[]
  /** Outputs that are wanted, by name; undefined: all. */
  readonly outputs: readonly string[] | undefined
  readonly isBinary: (output: string) => boolean
}

/** Throws OipFormatError. */
export function readInferRequest(body: Uint8Array, headerLength: string | undefined): InferRequest {
  const { json, data } = splitBody(body, headerLength)
  const { id, parameters, outputs } = json
  if (id !== undefined && typeof id !== 'string') throw new OipFormatError('id is no text.')
  if (outputs !== undefined && !Array.isArray(outputs)) throw new OipFormatError('outputs is no list.')
  const wanted = outputs?.map((item: unknown, index) => {
    if (!isRecord(item) || typeof item['name'] !== 'string') throw new OipFormatError(`outputs[${index}] has no name.`)
    return { name: item['name'], isBinary: isRecord(item['parameters']) ? item['parameters']['binary_data'] : undefined }
  })
  if (wanted && new Set(wanted.map(({ name }) => name)).size < wanted.length) throw new OipFormatError('outputs names an output twice.')
  const isBinaryByDefault = isRecord(parameters) && parameters['binary_data_output'] === true
  const binary = new Map(wanted?.map(({ name, isBinary }) => [name, isBinary === undefined ? isBinaryByDefault : isBinary === true]))
  return {
    id,
    inputs: decodeTensors('inputs', json['inputs'], data),
    outputs: wanted && wanted.length > 0 ? wanted.map(({ name }) => name) : undefined,
    isBinary: (output) => binary.get(output) ?? isBinaryByDefault,
  }
}

/** Of what the model gave, what was asked for, as it was asked for. Numbers that are not finite are null in JSON. Throws OipFormatError for outputs that the model has not. */
export async function writeInferResponse({ id, outputs, isBinary }: InferRequest, fields: Readonly<Record<string, string>>, given: readonly Tensor[]): Promise<EncodedBody> {
  const known = new Map(given.map((tensor) => [tensor.name, tensor]))
  const tensors = outputs?.map((name) => known.get(name) ?? unknownOutput(name, known)) ?? given
  const encoded = tensors.map((tensor) => ({ tensor, encoding: isBinary(tensor.name) ? 'BINARY' as const : 'JSON' as const }))
  return await encodeBody({ ...fields, ...(id !== undefined && { id }) }, 'outputs', encoded, { mayBeNull: true })
}

function unknownOutput(name: string, known: ReadonlyMap<string, Tensor>): never {
  throw new OipFormatError(`The model has no output ${JSON.stringify(name.slice(0, 200))}. It has ${[...known.keys()].join(', ')}.`)
}
