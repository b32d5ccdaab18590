import type { ItemProblem } from '../../problem.ts'
import type { Changeset, Command } from '../command.ts'
import { sourceKey, type State } from '../state.ts'
import type { TwinProblem } from './decide.ts'

/** A mutation of one thing is refused with the problem itself; a batch with the list of all. */
export function toProblem(changeset: Changeset, problems: readonly ItemProblem[], state: State): TwinProblem {
  const [only] = problems
  const [command] = changeset.commands
  if (!changeset.batch && problems.length === 1 && only && command) {
    const path = { ...(only.path && { path: only.path }) }
    if (only.code === 'NOT_FOUND') return { kind: 'NotFound', code: only.code, message: only.message, id: only.twin ?? '', ...path }
    if (only.code === 'ALREADY_EXISTS') return { kind: 'Conflict', code: only.code, message: only.message, ...path }
    if (only.code === 'VERSION_CONFLICT') return { kind: 'Conflict', code: only.code, message: only.message, ...path, ...versions(command, state) }
  }
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return { kind: 'Invalid', code: 'INVALID_INPUT', message: `${only?.message ?? 'Nothing can be done.'}${more}`, path: [changeset.path], problems }
}

function versions(command: Command, state: State): { expected?: number; actual?: number } {
  const expected = 'ifVersion' in command ? command.ifVersion : undefined
  const actual = command.kind === 'updateTwin' ? state.twins.get(command.id)?.version
    : command.kind === 'updateRelationship' ? state.relationships.get(sourceKey(command.from, command.name))?.find((each) => each.id === command.id)?.version : undefined
  return { ...(expected !== undefined && { expected }), ...(actual !== undefined && { actual }) }
}
