import type { ItemProblem } from '../../problem.ts'
import type { DeleteTwin } from '../command.ts'
import { relationshipKey } from '../state.ts'
import { type Draft, type ItemOutcome, notFound, noWrites, outcome, pathOf } from './draft.ts'
import { twice } from './relate.ts'
import { another, stale } from './stale.ts'

/** A twin goes with its components; with its relationships only where the client said `cascade`. */
export function decideDeleteTwin(draft: Draft, { id, cascade, ifVersion, ifBorn }: DeleteTwin): ItemOutcome {
  const present = draft.state.twins.get(id)
  if (!present) return outcome(noWrites(), [notFound(draft, id)])
  if (ifBorn !== undefined && ifBorn !== present.born) return outcome(noWrites(), [another(draft, `The twin ${id}`, id, present.version)])
  const problems: ItemProblem[] = []
  if (ifVersion !== undefined && ifVersion !== present.version) problems.push(stale(draft, `The twin ${id}`, id, ifVersion, present.version))
  const attached = (draft.state.attached.get(id) ?? []).filter((each) => !draft.isEnded(relationshipKey(each.from, each.name, each.id)))
  const others = attached.filter(({ from, to }) => !draft.doomed.has(from) || !draft.doomed.has(to))
  if (!cascade && others.length > 0) {
    const names = [...new Set(others.map(({ name }) => name))].slice(0, 10).join(', ')
    problems.push({
      code: 'STILL_RELATED', message: `The twin ${id} still has ${others.length} relationship${others.length === 1 ? '' : 's'} (${names}). Unrelate them, or delete with cascade: true.`, path: pathOf(draft), item: draft.item, twin: id,
    })
  }
  const writes = noWrites()
  for (const { ref, from, fromModel, name, to, id: rid } of attached) {
    if (draft.changed.has(relationshipKey(from, name, rid))) problems.push(twice(draft, from, name, rid))
    writes.unlinks.push({ ref, from, name, to, id: rid })
    writes.journal.push({ op: 'unlink', id: from, model: fromModel, type: name, dst: to, rid })
  }
  writes.deletes.push({ id })
  writes.journal.push({ op: 'delete', id, model: present.model })
  return outcome(writes, problems)
}
