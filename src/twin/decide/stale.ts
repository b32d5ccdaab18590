import type { ItemProblem } from '../../problem.ts'
import { type Draft, pathOf } from './draft.ts'

/** Something is not at the version that a client wants to change. */
export const stale = (draft: Draft, what: string, twin: string, expected: number, actual: number): ItemProblem => ({
  code: 'VERSION_CONFLICT', message: `${what} is at version ${actual}, not ${expected}: it was changed in between. Read it again and reapply your change.`,
  path: pathOf(draft, 'ifVersion'), item: draft.item, twin, expected, actual,
})
