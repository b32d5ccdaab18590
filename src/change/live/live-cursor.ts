/**
 * A place in the deltas of a live query, as clients hold it: opaque. `group` and `n` name it in the process that told the delta; `seq`, a place in the journal
 * that the delta lies behind, means the same to every process.
 */
export interface LiveCursor {
  readonly group: string
  readonly n: number
  readonly seq: number
  /** False within a snapshot: only its beginning has been told. */
  readonly isWhole: boolean
}

/** `note` makes cursors of one place differ. */
export const encodeLiveCursor = ({ group, n, seq, isWhole }: LiveCursor, note = ''): string => Buffer.from(`l1:${group}:${n}:${seq}:${isWhole ? 'w' : 'p'}${note}`).toString('base64url')

/** Undefined for what no server of ours made. */
export function decodeLiveCursor(cursor: string): LiveCursor | undefined {
  const [, group, n, seq, whole] = /^l1:([\w-]{1,40}):(\d{1,16}):(\d{1,16}):([wp])[a-z]?\d{0,16}$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  return group === undefined ? undefined : { group, n: Number(n), seq: Number(seq), isWhole: whole === 'w' }
}
