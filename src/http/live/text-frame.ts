/** FIN and the opcode of text (RFC 6455, section 5.2). */
const finalText = 0x81
/** Below it, copying costs less than a write of its own; above it, the copies of slow consumers would cost memory. */
const shortMessage = 4_096

/**
 * A WebSocket text message of three parts, as buffers to be written one after the other: `head`, a payload that others are sent too, and `tail`.
 * A long payload is not copied.
 */
export function textFrame(head: Buffer, payload: Buffer, tail: Buffer): readonly Buffer[] {
  const length = head.length + payload.length + tail.length
  const start = frameHead(length)
  return length <= shortMessage ? [Buffer.concat([start, head, payload, tail])] : [Buffer.concat([start, head]), payload, tail]
}

/** Servers do not mask. */
function frameHead(length: number): Buffer {
  if (length < 126) return Buffer.from([finalText, length])
  if (length < 65_536) return Buffer.from([finalText, 126, length >> 8, length & 0xff])
  const head = Buffer.alloc(10)
  head[0] = finalText
  head[1] = 127
  head.writeUIntBE(length, 4, 6)
  return head
}
