import type { Changeset, Command } from './command.ts'
import { sourceKey } from './state.ts'

/** What a changeset must find unchanged (shared) or have to itself (exclusive) within a group. */
export interface Claims {
  readonly shared: ReadonlySet<string>
  readonly exclusive: ReadonlySet<string>
}

/**
 * The rule by which changesets share a group: all of a group are decided on the state before it, so none may depend on what another does.
 * `limited`: names of relationships that some model limits; those of one source are counted one changeset at a time.
 */
export function claimsOf(changeset: Changeset, limited: ReadonlySet<string>): Claims {
  const shared = new Set<string>()
  const exclusive = new Set<string>()
  const relate = (from: string, name: string, to: string, id: string): void => {
    shared.add(`exists ${from}`).add(`exists ${to}`).add(`source ${sourceKey(from, name)}`)
    exclusive.add(`relationship ${sourceKey(from, name)}\0${id}`)
    if (limited.has(name)) exclusive.add(`count ${sourceKey(from, name)}`)
  }
  const visit = (command: Command): void => {
    switch (command.kind) {
      case 'createTwin':
        exclusive.add(`exists ${command.id}`)
        for (const { name, to, id } of command.relationships) relate(command.id, name, to, id)
        return
      case 'updateTwin':
        shared.add(`exists ${command.id}`)
        exclusive.add(`state ${command.id}`)
        return
      case 'deleteTwin':
        exclusive.add(`exists ${command.id}`).add(`state ${command.id}`).add('links')
        return
      case 'relate': return relate(command.from, command.name, command.to, command.id)
      case 'updateRelationship':
        shared.add(`exists ${command.from}`).add('links').add(`source ${sourceKey(command.from, command.name)}`)
        exclusive.add(`relationship ${sourceKey(command.from, command.name)}\0${command.id}`)
        return
      case 'unrelate':
        shared.add(`exists ${command.from}`).add('links')
        exclusive.add(`source ${sourceKey(command.from, command.name)}`)
    }
  }
  for (const command of changeset.commands) visit(command)
  if (changeset.idempotency) exclusive.add(`key ${changeset.idempotency.key}`)
  return { shared: shared.difference(exclusive), exclusive }
}

/**
 * Takes the members of the next group from the front of a queue. One that has to wait keeps its claims,
 * so that what came later and depends on it waits, too: the order of dependent changesets is kept.
 */
export function admit<T extends { readonly claims: Claims; readonly size: number }>(queue: readonly T[], most: number): { readonly group: readonly T[]; readonly rest: readonly T[] } {
  const shared = new Set<string>()
  const exclusive = new Set<string>()
  const group: T[] = []
  const rest: T[] = []
  let size = 0
  for (const pending of queue) {
    const { claims } = pending
    const isFree = claims.exclusive.isDisjointFrom(exclusive) && claims.exclusive.isDisjointFrom(shared) && claims.shared.isDisjointFrom(exclusive)
    if (isFree && (group.length === 0 || size + pending.size <= most)) {
      group.push(pending)
      size += pending.size
    } else {
      rest.push(pending)
    }
    for (const key of claims.shared) shared.add(key)
    for (const key of claims.exclusive) exclusive.add(key)
  }
  return { group, rest }
}
