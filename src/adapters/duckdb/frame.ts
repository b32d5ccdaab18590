import { crc32 } from 'node:zlib'
import type { SeriesKey } from '../../telemetry/reading.ts'
import { formOf, type Lane, type Rows } from './rows.ts'

/**
 * What one write to the log holds: readings, and the series and origins that were met for the first time.
 *
 * A frame is `u32 length of the payload, u32 CRC-32 of the payload, payload`, little-endian. The payload is `u32 length of the header, header (JSON),
 * zeros up to a multiple of 8, then the columns`, each column padded to a multiple of 8.
 */
export interface Frame {
  readonly series: readonly (readonly [id: number, key: SeriesKey])[]
  readonly origins: readonly (readonly [id: number, name: string])[]
  readonly blocks: readonly Rows[]
}

interface Header {
  readonly series: Frame['series']
  readonly origins: Frame['origins']
  readonly blocks: readonly { readonly lane: Lane; readonly late: boolean; readonly length: number; readonly textBytes: number }[]
}

const prefix = 8
const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8

export function encodeFrame({ series, origins, blocks }: Frame): Buffer {
  const texts = blocks.map(({ lane, values }) => (formOf(lane) === 'text' ? encodeTexts(values as readonly string[]) : undefined))
  const header = Buffer.from(JSON.stringify({ series, origins, blocks: blocks.map(({ lane, late, length }, index) => ({ lane, late, length, textBytes: texts[index]?.bytes.length ?? 0 })) } satisfies Header))
  const columns = blocks.flatMap((block, index) => [block.series, block.at, block.received, block.quality, block.origin, block.sequence, ...valueColumns(block, texts[index])])
  const start = prefix + padded(4 + header.length)
  const frame = Buffer.alloc(start + columns.reduce((sum, column) => sum + padded(column.byteLength), 0))
  frame.writeUInt32LE(header.length, prefix)
  header.copy(frame, prefix + 4)
  let offset = start
  for (const column of columns) {
    frame.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), offset)
    offset += padded(column.byteLength)
  }
  frame.writeUInt32LE(frame.length - prefix, 0)
  frame.writeUInt32LE(crc32(frame.subarray(prefix)), 4)
  return frame
}

type Column = Uint8Array | Uint32Array | Int32Array | Float64Array | BigInt64Array

const valueColumns = ({ values }: Rows, text: Texts | undefined): readonly Column[] => (text ? [text.ends, text.bytes] : [values as Float64Array])

interface Texts {
  /** Where each text ends in `bytes`. */
  readonly ends: Uint32Array
  readonly bytes: Uint8Array
}

function encodeTexts(values: readonly string[]): Texts {
  const ends = new Uint32Array(values.length)
  let end = 0
  for (const [index, value] of values.entries()) ends[index] = end += Buffer.byteLength(value)
  const bytes = Buffer.allocUnsafe(end)
  let start = 0
  for (const value of values) start += bytes.write(value, start)
  return { ends, bytes }
}

/** The frame that begins at the offset, and where the next begins; undefined where the bytes are no whole frame. */
export function decodeFrame(bytes: Buffer, offset: number): { readonly frame: Frame; readonly next: number } | undefined {
  if (offset + prefix + 4 > bytes.length) return undefined
  const next = offset + prefix + bytes.readUInt32LE(offset)
  if (next > bytes.length || next < offset + prefix + 4) return undefined
  const payload = bytes.subarray(offset + prefix, next)
  if (crc32(payload) !== bytes.readUInt32LE(offset + 4)) return undefined
  const headerLength = payload.readUInt32LE(0)
  const header = JSON.parse(payload.toString('utf8', 4, 4 + headerLength)) as Header
  let place = padded(4 + headerLength)
  const take = (length: number): ArrayBuffer => {
    const column = new Uint8Array(length) // a copy, because columns of other widths must begin at multiples of them
    column.set(payload.subarray(place, place + length))
    place += padded(length)
    return column.buffer
  }
  const blocks = header.blocks.map(({ lane, late, length, textBytes }): Rows => ({
    lane, late, length,
    series: new Int32Array(take(length * 4)), at: new Uint32Array(take(length * 8)), received: new Uint32Array(take(length * 8)), quality: new Uint8Array(take(length)),
    origin: new Int32Array(take(length * 4)), sequence: new Uint32Array(take(length * 8)),
    values: formOf(lane) === 'num' ? new Float64Array(take(length * 8)) : formOf(lane) === 'int' ? new BigInt64Array(take(length * 8)) : decodeTexts(new Uint32Array(take(length * 4)), Buffer.from(take(textBytes))),
  }))
  return { frame: { series: header.series, origins: header.origins, blocks }, next }
}

function decodeTexts(ends: Uint32Array, bytes: Buffer): readonly string[] {
  return Array.from(ends, (end, index) => bytes.toString('utf8', index === 0 ? 0 : ends[index - 1], end))
}
