import type { Writable } from 'node:stream'

/** Between onnx-child.ts and onnx-process.ts: eight bytes (how long JSON and data are, little-endian), JSON filled up with spaces to a multiple of eight bytes, data. */
export function writeFrame(to: Writable, json: string, data: readonly Uint8Array[]): void {
  const header = Buffer.from(json)
  const fill = (8 - header.length % 8) % 8
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32LE(header.length + fill, 0)
  lengths.writeUInt32LE(data.reduce((sum, { length }) => sum + length, 0), 4)
  to.cork()
  to.write(Buffer.concat([lengths, header, Buffer.alloc(fill, ' ')]))
  for (const part of data) to.write(part)
  to.uncork()
}

/** The most bytes of data in a frame. */
export const mostFrameBytes = 2 ** 31

/**
 * Takes chunks as they come and calls back for each whole frame. Data lie in memory of their own, at a multiple of eight bytes, so that numbers are read where they are.
 * What comes is written by the other end alone: it is not checked.
 */
export function createFrameReader(take: (json: unknown, data: Uint8Array) => void): (chunk: Uint8Array) => void {
  let wanted: Uint8Array = new Uint8Array(8)
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
    const [json, data] = [Buffer.from(wanted.buffer, 0, headerBytes).toString(), wanted.subarray(headerBytes)]
    headerBytes = undefined
    wanted = new Uint8Array(8)
    take(JSON.parse(json), data)
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
