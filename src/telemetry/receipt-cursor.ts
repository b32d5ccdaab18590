import type { Microseconds } from './reading.ts'

/** A place in the order in which readings were received, as clients hold it: opaque. */
export const encodeReceiptCursor = (receivedAt: Microseconds): string => Buffer.from(`r1:${receivedAt}`).toString('base64url')

/** Undefined where the text is no such place. */
export function decodeReceiptCursor(cursor: string): Microseconds | undefined {
  const digits = /^r1:(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  return digits === undefined ? undefined : Number(digits)
}
