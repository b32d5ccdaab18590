import { readSync, writeSync } from 'node:fs'
import type { Writable } from 'node:stream'

/** Between onnx-child.ts and onnx-process.ts: eight bytes (how long JSON and data are, little-endian), JSON filled up with spaces to a multiple of eight bytes, data. */
export function writeFrame(to: Writable, json: string, data: readonly Uint8Array[]): void {
  to.cork()
  to.write(headOf(json, data))
  for (const part of data) to.write(part)
  to.uncork()
}

function headOf(json: string, data: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.from(json)
  const fill = (8 - header.length % 8) % 8
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32LE(header.length + fill, 0)
  lengths.writeUInt32LE(data.reduce((sum, { length }) => sum + length, 0), 4)
  return Buffer.concat([lengths, header, Buffer.alloc(fill, ' ')])
}

export interface Frame {
  readonly json: unknown
  readonly data: Uint8Array
}

/** As writeFrame, at once: of a process that has nothing else to do. */
export function writeFrameNow(fd: number, json: string, data: readonly Uint8Array[]): void {
  for (const part of [headOf(json, data), ...data]) for (let at = 0; at < part.length;) at += writeSync(fd, part, at)
}

/** Memory that is kept for the next frame; larger ones have memory of their own. */
const keptBytes = 64 * 2 ** 20

/**
 * The next frame, at once; undefined: the other end is gone. Its data are good until the next one is read: they lie in the same memory, as getting new memory for each batch
 * costs more than to compute a small model.
 */
export function createFrameSource(fd: number): () => Frame | undefined {
  const lengths = new Uint8Array(8)
  let kept = new ArrayBuffer(0)
  const fill = (bytes: Uint8Array): boolean => {
    for (let at = 0; at < bytes.length;) {
      const read = readSync(fd, bytes, at, bytes.length - at, null)
      if (read === 0) return false
      at += read
    }
    return true
  }
  const memoryFor = (length: number): ArrayBuffer => {
    if (length <= kept.byteLength) return kept
    const memory = new ArrayBuffer(length)
    if (length <= keptBytes) kept = memory
    return memory
  }
  return () => {
    if (!fill(lengths)) return undefined
    const view = new DataView(lengths.buffer)
    const [headerBytes, dataBytes] = [view.getUint32(0, true), view.getUint32(4, true)]
    const whole = new Uint8Array(memoryFor(headerBytes + dataBytes), 0, headerBytes + dataBytes)
    return fill(whole) ? frameOf(whole, headerBytes) : undefined
  }
}

const frameOf = (whole: Uint8Array<ArrayBuffer>, headerBytes: number): Frame =>
  ({ json: JSON.parse(Buffer.from(whole.buffer, 0, headerBytes).toString()) as unknown, data: whole.subarray(headerBytes) })

/** The most bytes of data in a frame. */
export const mostFrameBytes = 2 ** 31

/**
 * Takes chunks as they come and calls back for each whole frame. Data lie in memory of their own, at a multiple of eight bytes, so that numbers are read where they are.
 * What comes is written by the other end alone: it is not checked.
 */
export function createFrameReader(take: (frame: Frame) => void): (chunk: Uint8Array) => void {
  let wanted = new Uint8Array(8)
  let have = 0
  let headerBytes: number | undefined
  const whole = (): void => {
    const view = new DataView(wanted.buffer)
    have = 0
    if (headerBytes === undefined) {
      headerBytes = view.getUint32(0, true)
      wanted = new Uint8Array(headerBytes + view.getUint32(4, true))
      return
    }
    const frame = frameOf(wanted, headerBytes)
    headerBytes = undefined
    wanted = new Uint8Array(8)
    take(frame)
  }
  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      const part = chunk.subarray(at, at + wanted.length - have)
      wanted.set(part, have)
      have += part.length
      at += part.length
      if (have === wanted.length) whole()
    }
  }
}
