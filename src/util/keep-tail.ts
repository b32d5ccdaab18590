import type { Readable } from 'node:stream'

/** The end of what a process says: so much of it is kept, however much it says. */
export interface Tail {
  /** As text, trimmed. */
  text(): string
}

export const tailBytes = 8_192

export function keepTail(stream: Readable | null): Tail {
  let kept = Buffer.alloc(0)
  stream?.on('data', (chunk: Buffer) => { kept = Buffer.concat([kept, chunk]).subarray(-tailBytes) })
  stream?.on('error', () => undefined) // what it said before that is kept
  return { text: () => kept.toString('utf8').trim() }
}
