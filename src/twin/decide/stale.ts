import type { ItemProblem } from '../../problem.ts'
import { type Draft, pathOf } from './draft.ts'

/** Something is not at the version that a client wants to change. */
export const stale = (draft: Draft, what: string, twin: string, expected: number, actual: number): ItemProblem => ({
  code: 'VERSION_CONFLICT', message: `${what} is at version ${actual}, not ${expected}: it was changed in between. Read it again and reapply your change.`,
  path: pathOf(draft, 'ifVersion'), item: draft.item, twin, expected, actual,
})

/** What a change is for is no more; another has its id. `actual`: the version of that. */
export const another = (draft: Draft, what: string, twin: string, actual?: number): ItemProblem => ({
  code: 'VERSION_CONFLICT', message: `${what} was deleted and made anew in between: the change was for the one before.`, path: pathOf(draft), item: draft.item, twin, ...(actual !== undefined && { actual }),
})
