/**
 * A place in the deltas of a live query, as clients hold it: opaque. `group`, `n` and `base` name it in the process that told the delta; `seq`, a place in the
 * journal that the delta lies behind, means the same to every process; `query` tells whether it is of the query that it is given to.
 */
export interface LiveCursor {
  readonly query: string
  readonly group: string
  /** The last change that was told. */
  readonly n: number
  /** Up to here everything was told; of what lies between, only what had not been replaced by a later change. */
  readonly base: number
  readonly seq: number
  /** False within a snapshot: only its beginning has been told. */
  readonly isWhole: boolean
}

/** `note` makes cursors of one place differ. */
export const encodeLiveCursor = ({ query, group, n, base, seq, isWhole }: LiveCursor, note = ''): string =>
  Buffer.from(`l1:${query}:${group}:${n}:${base}:${seq}:${isWhole ? 'w' : 'p'}${note}`).toString('base64url')

/** Undefined for what no server of ours made. */
export function decodeLiveCursor(cursor: string): LiveCursor | undefined {
  const [, query = '', group, n, base, seq, whole] = /^l1:([\w-]{1,40}):([\w-]{1,40}):(\d{1,16}):(\d{1,16}):(\d{1,16}):([wp])[a-z]?\d{0,16}$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  return group === undefined ? undefined : { query, group, n: Number(n), base: Number(base), seq: Number(seq), isWhole: whole === 'w' }
}
