/** A place in a tenant's journal, as clients hold it: opaque, the same on every process, in the order of commits. */
export const encodeCursor = (seq: number): string => Buffer.from(`j1:${seq}`).toString('base64url')

/** Undefined for what no server of ours made. */
export function decodeCursor(cursor: string): number | undefined {
  const seq = /^j1:(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  return seq === undefined ? undefined : Number(seq)
}
