import type { Payload } from '../../change/payload-stream.ts'

/** The payloads being sent now: subscribers of the same thing get the same string one after the other. */
const most = 64
/** Longer ones are few, and would be kept for nothing. */
const longest = 262_144

/** UTF-8 of payloads, made once for all who are sent the same one. Text is kept on one line, as server-sent events need it. */
export function createPayloadBytes(): (payload: Payload) => Buffer {
  const known = new Map<Payload, Buffer>()
  return (payload) => {
    const found = known.get(payload)
    if (found) return found
    const bytes = Buffer.from(/[\r\n]/.test(payload) ? payload.replaceAll(/[\r\n]+/g, ' ') : payload) // outside of strings, where JSON escapes them
    if (bytes.length > longest) return bytes
    if (known.size >= most) known.clear()
    known.set(payload, bytes)
    return bytes
  }
}
