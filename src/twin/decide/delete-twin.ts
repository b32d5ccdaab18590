import type { DeleteTwin } from '../command.ts'
import { sourceKey } from '../state.ts'
import { type Draft, type ItemOutcome, notFound, noWrites, outcome, pathOf } from './draft.ts'

/** A twin goes with its components; with its relationships only where the client said `cascade`. */
export function decideDeleteTwin(draft: Draft, { id, cascade }: DeleteTwin): ItemOutcome {
  const present = draft.state.twins.get(id)
  if (!present) return outcome(noWrites(), [notFound(draft, id)])
  const doomed = new Set(draft.changeset.commands.flatMap((command) => (command.kind === 'deleteTwin' ? [command.id] : [])))
  const attached = draft.state.attached.get(id) ?? []
  const others = attached.filter((relationship) => !doomed.has(relationship.from) || !doomed.has(relationship.to))
  if (!cascade && others.length > 0) {
    const names = [...new Set(others.map((relationship) => relationship.name))].slice(0, 10).join(', ')
    return outcome(noWrites(), [{
      code: 'STILL_RELATED', message: `The twin ${id} still has ${others.length} relationship${others.length === 1 ? '' : 's'} (${names}). Unrelate them, or delete with cascade: true.`, path: pathOf(draft), item: draft.item, twin: id,
    }])
  }
  const writes = noWrites()
  for (const { from, name, to, id: rid } of attached) {
    if (draft.removed.has(`${sourceKey(from, name)}\0${rid}`)) continue
    writes.unlinks.push({ from, name, to, id: rid })
    writes.journal.push({ op: 'unlink', id: from, type: name, dst: to, rid, seq: 0, actor: '', cause: '' })
  }
  writes.deletes.push({ id })
  writes.journal.push({ op: 'delete', id, model: present.model, seq: 0, actor: '', cause: '' })
  return outcome(writes, [])
}
