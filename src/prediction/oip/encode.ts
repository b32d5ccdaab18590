import { setImmediate } from 'node:timers/promises'
import type { Tensor } from '../tensor.ts'
import { OipFormatError, type TensorEncoding, type WireTensor } from './wire.ts'

/** A body in parts, so that no data are copied. */
export interface EncodedBody {
  readonly parts: readonly Uint8Array[]
  readonly bytes: number
  /** Bytes of JSON, where data follow it. */
  readonly headerLength: number | undefined
}

export interface EncodedTensor {
  readonly tensor: Tensor
  readonly encoding: TensorEncoding
}

/**
 * `{ ...fields, [key]: tensors }`. Numbers as text are written a slice at a time, so that others get their turn. Of NaN and infinities JSON has none: they are written as
 * null where `mayBeNull`, as most servers do, or refused with an OipFormatError. Integers beyond 2^53 are only written as binary.
 */
export async function encodeBody(fields: Readonly<Record<string, unknown>>, key: 'inputs' | 'outputs', tensors: readonly EncodedTensor[], { mayBeNull }: { readonly mayBeNull: boolean }): Promise<EncodedBody> {
  const texts: string[] = []
  const data: Uint8Array[] = []
  for (const { tensor, encoding } of tensors) {
    if (encoding === 'BINARY') {
      const bytes = bytesOf(tensor)
      data.push(bytes)
      texts.push(JSON.stringify(toWire(tensor, { parameters: { binary_data_size: bytes.length } })))
    } else {
      texts.push(`${JSON.stringify(toWire(tensor, {})).slice(0, -1)},"data":[${await numbersOf(tensor, mayBeNull)}]}`)
    }
  }
  const open = JSON.stringify(fields)
  const json = `${open === '{}' ? '{' : `${open.slice(0, -1)},`}"${key}":[${texts.join(',')}]}`
  const header = Buffer.from(data.length === 0 ? json : padded(json))
  return { parts: [header, ...data], bytes: data.reduce((sum, { length }) => sum + length, header.length), headerLength: data.length === 0 ? undefined : header.length }
}

export const toWire = ({ name, shape, type }: Tensor, more: Pick<WireTensor, 'parameters'>): WireTensor => ({ name, shape, datatype: type, ...more })

/** The data as they lie in memory: of all machines that Node runs on and this program is made for, little-endian. */
export const bytesOf = ({ data }: Tensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** With spaces, which JSON allows, so that data after it can be read where they lie. */
export const padded = (json: string): string => json + ' '.repeat((8 - Buffer.byteLength(json) % 8) % 8)

/** About a millisecond's work. */
const slice = 4_096

async function numbersOf(tensor: Tensor, mayBeNull: boolean): Promise<string> {
  const texts: string[] = []
  for (let from = 0; from < tensor.data.length; from += slice) {
    if (from > 0) await setImmediate()
    texts.push(sliceOf(tensor, from, mayBeNull))
  }
  return texts.join(',')
}

function sliceOf({ name, type, data }: Tensor, from: number, mayBeNull: boolean): string {
  const part = data.subarray(from, from + slice)
  if (type === 'BOOL') return Array.from(part as Uint8Array, (each) => each !== 0).join(',')
  if (type === 'INT64' && (part as BigInt64Array).some((each) => BigInt.asIntN(54, each) !== each)) throw new OipFormatError(`The tensor ${name} has an integer beyond 2^53, which JSON does not carry exactly: send it as binary.`)
  if (!mayBeNull && (type === 'FP32' || type === 'FP64') && !(part as Float32Array).every(Number.isFinite)) throw new OipFormatError(`The tensor ${name} has a number that is not finite, which JSON does not carry: send it as binary.`)
  return Array.from(part as Float32Array, (each) => (typeof each === 'number' && !Number.isFinite(each) ? 'null' : String(each))).join(',')
}
