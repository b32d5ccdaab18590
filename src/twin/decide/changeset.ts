import type { Registry } from '../../model/registry.ts'
import type { ItemProblem } from '../../problem.ts'
import { done, refused, type Result } from '../../util/result.ts'
import type { Changeset, Command } from '../command.ts'
import { relationshipKey, sourceKey, type State } from '../state.ts'
import { decideCreateTwin } from './create-twin.ts'
import type { CommittedItem, TwinProblem } from './decide.ts'
import { decideDeleteTwin } from './delete-twin.ts'
import { append, type Draft, type ItemOutcome, type ItemWrites, noWrites } from './draft.ts'
import { duplicates } from './duplicates.ts'
import { decideRelate, decideUnrelate, decideUpdateRelationship } from './relate.ts'
import { toProblem } from './to-problem.ts'
import { decideUpdateTwin } from './update-twin.ts'
import { undermined } from './undermined.ts'

export interface Given {
  readonly changeset: Changeset
  readonly state: State
  readonly registry: Registry
  /** Keys of relationships that changesets before it in the group end. */
  readonly ended: ReadonlySet<string>
}

interface Decided {
  readonly writes: ItemWrites
  readonly items: readonly CommittedItem[]
  readonly refused: readonly ItemProblem[]
}

/** Items see what others of the changeset make and end. Refusing some may take away what others need, so the rest is decided again until nothing changes. */
export function decideChangeset(given: Given): Result<Decided, TwinProblem> {
  const { changeset, state } = given
  const problems: ItemProblem[] = [...duplicates(changeset)]
  const excluded = new Set(itemsOf(problems))
  for (;;) {
    const round = decideItems(given, excluded)
    for (const item of itemsOf(round.problems)) excluded.add(item)
    problems.push(...round.problems)
    const mayLeaveOut = changeset.onProblem === 'REFUSE_ITEM' && excluded.size < changeset.commands.length
    if (problems.length > 0 && !mayLeaveOut) return refused(toProblem(changeset, problems, state))
    if (round.problems.length === 0) return done({ writes: round.writes, items: round.items, refused: problems.sort((a, b) => (a.item ?? 0) - (b.item ?? 0)) })
  }
}

const itemsOf = (problems: readonly ItemProblem[]): readonly number[] => problems.flatMap(({ item }) => item ?? [])

function decideItems({ changeset, state, registry, ended }: Given, excluded: ReadonlySet<number>): { writes: ItemWrites; items: CommittedItem[]; problems: ItemProblem[] } {
  const writes = noWrites()
  const items: CommittedItem[] = []
  const problems: ItemProblem[] = []
  const [added, removed] = [new Map<string, Set<string>>(), new Map<string, number>()]
  const [gone, changed] = [new Set<string>(), new Set<string>()]
  const lost = undermined(changeset, state, excluded)
  const kept = changeset.commands.filter((_, item) => !lost.has(item))
  const made = new Map(kept.flatMap((command) => {
    const model = command.kind === 'createTwin' ? registry.get(command.model) : undefined
    return model && command.kind === 'createTwin' ? [[command.id, model] as const] : []
  }))
  const doomed = new Set(kept.flatMap((command) => (command.kind === 'deleteTwin' ? [command.id] : [])))
  const isEnded = (key: string): boolean => ended.has(key) || gone.has(key)
  for (const [item, command] of changeset.commands.entries()) {
    if (excluded.has(item)) continue
    const decided = decideItem({ registry, state, changeset, item, made, doomed, added, removed, changed, isEnded }, command)
    if (!decided.ok) {
      problems.push(...decided.problems)
      continue
    }
    append(writes, decided.writes)
    for (const { from, name, id } of decided.writes.links) added.set(sourceKey(from, name), (added.get(sourceKey(from, name)) ?? new Set()).add(id))
    for (const { from, name, id } of decided.writes.unlinks) {
      gone.add(relationshipKey(from, name, id))
      removed.set(sourceKey(from, name), (removed.get(sourceKey(from, name)) ?? 0) + 1)
    }
    for (const { from, name, id } of decided.writes.linkUpdates) changed.add(relationshipKey(from, name, id))
    items.push(...committedItems(command, decided.writes))
  }
  return { writes, items, problems }
}

function decideItem(draft: Draft, command: Command): ItemOutcome {
  switch (command.kind) {
    case 'createTwin': return decideCreateTwin(draft, command)
    case 'updateTwin': return decideUpdateTwin(draft, command)
    case 'deleteTwin': return decideDeleteTwin(draft, command)
    case 'relate': return decideRelate(draft, command)
    case 'updateRelationship': return decideUpdateRelationship(draft, command)
    case 'unrelate': return decideUnrelate(draft, command)
  }
}

function committedItems(command: Command, writes: ItemWrites): readonly CommittedItem[] {
  switch (command.kind) {
    case 'createTwin': case 'deleteTwin': return [{ id: command.id }]
    case 'updateTwin': return writes.updates.map(({ id, version }) => ({ id, version }))
    case 'relate': return [{ id: command.from, name: command.name, to: command.to, relationship: command.id, version: 1 }]
    case 'updateRelationship': return writes.linkUpdates.map(({ from, name, to, id, version }) => ({ id: from, name, to, relationship: id, version }))
    case 'unrelate': return [...writes.unlinks, ...writes.withdrawn].map(({ from, name, to, id }) => ({ id: from, name, to, relationship: id }))
  }
}
