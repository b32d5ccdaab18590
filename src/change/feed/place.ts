import { failure } from '../../errors.ts'
import { decodeCursor } from '../cursor.ts'

/** The place that a client's cursor stands for. Fails with BAD_USER_INPUT where it is none of this journal, whose last entry is `head`. */
export function parsePlace(cursor: string, head: number): number {
  const seq = decodeCursor(cursor)
  if (seq === undefined) throw failure('BAD_USER_INPUT', { message: `\`after\` is no cursor of the change feed. ${remedy}` })
  if (seq > head) throw failure('BAD_USER_INPUT', { message: `\`after\` is a place that the journal has not come to: it is of another store, or this one was put back to an earlier state. ${remedy}` })
  return seq
}

const remedy = 'Give the cursor that a change, a mutation or a page of changes came with, or leave it out.'
