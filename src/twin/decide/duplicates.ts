import type { ItemProblem } from '../../problem.ts'
import type { Changeset, Command } from '../command.ts'
import { relationshipKey } from '../state.ts'

/** Two items of one request about the same twin or relationship: which of them is meant? The first is kept. */
export function duplicates(changeset: Changeset): readonly ItemProblem[] {
  const seen = new Map<string, number>()
  return changeset.commands.flatMap((command, item): readonly ItemProblem[] => {
    const key = subject(command)
    const first = seen.get(key)
    if (first === undefined) {
      seen.set(key, item)
      return []
    }
    const [what, twin] = 'from' in command ? ['relationship', command.from] : ['twin', command.id]
    return [{ code: 'DUPLICATE_ITEM', message: `The items ${first} and ${item} are about the same ${what}. Send it once.`, path: [changeset.path, String(item)], item, twin }]
  })
}

function subject(command: Command): string {
  switch (command.kind) {
    case 'createTwin': case 'updateTwin': case 'deleteTwin': return command.id
    case 'relate': case 'updateRelationship': return relationshipKey(command.from, command.name, command.id)
    case 'unrelate': return `${relationshipKey(command.from, command.name, command.id ?? '')}\0${command.to ?? ''}`
  }
}
