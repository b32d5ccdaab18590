import { isRecord } from './answer.ts'
import { type AnswerError, unfitDocument } from './errors.ts'

/** A step of a live query's answer. */
export type LiveDelta<Node> =
  /** The twin belongs to the answer (SNAPSHOT: already at the beginning), or is in it and changed. */
  | { readonly kind: 'SNAPSHOT' | 'ENTER' | 'CHANGE'; readonly cursor: string; readonly id: string; readonly node: Node; readonly changed: readonly string[] | null; readonly problems: readonly AnswerError[] }
  /** The twin does not belong to it any more. */
  | { readonly kind: 'LEAVE'; readonly cursor: string; readonly id: string }
  /** Whoever took every delta so far holds the answer, as of the cursor. */
  | { readonly kind: 'CAUGHT_UP'; readonly cursor: string }
  /** What was told before is void: a new snapshot follows. */
  | { readonly kind: 'RESET'; readonly cursor: string }

/** Throws `UNFIT_DOCUMENT` where the document does not select `kind`, `cursor`, `id` and `node`. */
export function toDelta<Node>(value: Readonly<Record<string, unknown>>, problems: readonly AnswerError[]): LiveDelta<Node> {
  const { kind, cursor, id, node } = value
  if (typeof cursor !== 'string') throw unfitDocument('A live query has to select `cursor`, without an alias.')
  switch (kind) {
    case 'CAUGHT_UP': case 'RESET': return { kind, cursor }
    case 'LEAVE': return { kind, cursor, id: idOf(id) }
    case 'SNAPSHOT': case 'ENTER': case 'CHANGE':
      if (!isRecord(node)) throw unfitDocument('A live query has to select `node`, without an alias.')
      return { kind, cursor, id: idOf(id), node: node as Node, changed: changedOf(value), problems } // the type is the document's promise
    default: throw unfitDocument('A live query has to select `kind`, without an alias.')
  }
}

function idOf(id: unknown): string {
  if (typeof id !== 'string') throw unfitDocument('A live query has to select `id`, without an alias.')
  return id
}

const changedOf = ({ changed }: Readonly<Record<string, unknown>>): readonly string[] | null => (Array.isArray(changed) ? changed as readonly string[] : null)
