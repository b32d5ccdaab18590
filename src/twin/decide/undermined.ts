import type { Changeset, Command } from '../command.ts'
import type { State } from '../state.ts'

/**
 * Items that cannot be done because items they need are not: the excluded ones, those that need them, those that need those, and so on.
 * Found at once, because a chain of a thousand items, each in need of the next, would else be decided a thousand times.
 */
export function undermined({ commands }: Changeset, state: State, excluded: ReadonlySet<number>): ReadonlySet<number> {
  const lost = new Set(excluded)
  if (lost.size === 0) return lost
  const providers = new Map<string, number>()
  for (const [item, command] of commands.entries()) if ((command.kind === 'createTwin' || command.kind === 'deleteTwin') && !providers.has(command.id)) providers.set(command.id, item)
  const dependants = new Map<number, number[]>()
  for (const [item, command] of commands.entries()) {
    for (const id of needed(command, state)) {
      const provider = providers.get(id)
      if (provider !== undefined && provider !== item) dependants.set(provider, [...(dependants.get(provider) ?? []), item])
    }
  }
  for (const item of lost) for (const dependant of dependants.get(item) ?? []) lost.add(dependant) // a set's iteration reaches what is added to it meanwhile
  return lost
}

/** Twins that must come to be, or go, with the item. */
function needed(command: Command, state: State): readonly string[] {
  if (command.kind === 'createTwin') return command.relationships.map(({ to }) => to).filter((to) => !state.twins.has(to))
  if (command.kind === 'deleteTwin' && !command.cascade) return (state.attached.get(command.id) ?? []).map(({ from, to }) => (from === command.id ? to : from))
  return []
}
