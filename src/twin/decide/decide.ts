import type { Registry } from '../../model/registry.ts'
import type { Conflict, Invalid, ItemProblem, LimitReached, NotFound } from '../../problem.ts'
import { encodeCursor } from '../../change/cursor.ts'
import { done, refused, type Result } from '../../util/result.ts'
import type { Changeset, Command } from '../command.ts'
import { sourceKey, type State } from '../state.ts'
import type { Writes } from '../writes.ts'
import { decideCreateTwin } from './create-twin.ts'
import { decideDeleteTwin } from './delete-twin.ts'
import { type Draft, type ItemOutcome, type ItemWrites, noWrites } from './draft.ts'
import { decideRelate, decideUnrelate, decideUpdateRelationship } from './relate.ts'
import { decideUpdateTwin } from './update-twin.ts'

/** What a client is told of its mutation. */
export interface Committed {
  /** The place in the journal after it. */
  readonly cursor: string
  /** What changed, one an accepted item and in their order. */
  readonly items: readonly CommittedItem[]
  /** The items that were refused, where items may be. */
  readonly refused: readonly ItemProblem[]
}

export interface CommittedItem {
  /** The twin; of a relationship, its source. */
  readonly id: string
  readonly name?: string
  readonly to?: string
  readonly relationship?: string
}

export type TwinProblem = Invalid | Conflict | NotFound | LimitReached

export interface Decision {
  readonly writes: Writes | undefined
  readonly results: readonly Result<Committed, TwinProblem>[]
}

/**
 * What a group of changesets does to the state it was admitted to. Changesets of one group do not depend on each other, so each is decided alone:
 * whole, or item by item, or not at all. Journal entries are numbered in the order of the changesets.
 */
export function decide(changesets: readonly Changeset[], state: State, registry: Registry): Decision {
  const writes = noWrites()
  const results: Result<Committed, TwinProblem>[] = []
  let seq = state.seq
  for (const changeset of changesets) {
    const repeat = answered(changeset, state)
    if (repeat) {
      results.push(repeat)
      continue
    }
    const decided = decideChangeset(changeset, state, registry)
    if (!decided.ok) {
      results.push(refused(decided.problem))
      continue
    }
    seq = number(decided.writes, changeset, seq)
    const committed: Committed = { cursor: encodeCursor(seq), items: decided.items, refused: decided.refused }
    if (changeset.idempotency) decided.writes.answers.push({ ...changeset.idempotency, answer: JSON.stringify(committed) })
    append(writes, decided.writes)
    results.push(done(committed))
  }
  return { writes: seq === state.seq ? undefined : { ...writes, seq, at: state.at }, results }
}

/** The first answer to a key, or that the key was used for something else. */
function answered({ idempotency }: Changeset, state: State): Result<Committed, Conflict> | undefined {
  const known = idempotency && state.answers.get(idempotency.key)
  if (!known) return undefined
  if (known.digest === idempotency.digest) return done(JSON.parse(known.answer) as Committed)
  return refused({ kind: 'Conflict', code: 'IDEMPOTENCY_KEY_REUSED', message: `The idempotencyKey ${JSON.stringify(idempotency.key)} was used for another request. Use a fresh key for every distinct mutation.`, path: ['idempotencyKey'] })
}

type Decided =
  | { readonly ok: true; readonly writes: ItemWrites; readonly items: readonly CommittedItem[]; readonly refused: readonly ItemProblem[] }
  | { readonly ok: false; readonly problem: TwinProblem }

/** Items see what others of the changeset make. Refusing one may take away what another needs, so the rest is decided again until nothing changes. */
function decideChangeset(changeset: Changeset, state: State, registry: Registry): Decided {
  const excluded = new Set<number>()
  const problems: ItemProblem[] = [...duplicates(changeset)]
  for (const problem of problems) excluded.add(problem.item ?? -1)
  for (;;) {
    const round = decideItems(changeset, state, registry, excluded)
    for (const problem of round.problems) excluded.add(problem.item ?? -1)
    problems.push(...round.problems)
    const isFinal = round.problems.length === 0
    if (!isFinal && changeset.onProblem === 'REFUSE_ITEM') continue
    const nothingLeft = excluded.size >= changeset.commands.length && changeset.commands.length > 0
    if (problems.length > 0 && (changeset.onProblem === 'REFUSE_ALL' || nothingLeft)) return { ok: false, problem: toProblem(changeset, problems, state) }
    return { ok: true, writes: round.writes, items: round.items, refused: problems.sort((a, b) => (a.item ?? 0) - (b.item ?? 0)) }
  }
}

function decideItems(changeset: Changeset, state: State, registry: Registry, excluded: ReadonlySet<number>): { writes: ItemWrites; items: CommittedItem[]; problems: ItemProblem[] } {
  const writes = noWrites()
  const items: CommittedItem[] = []
  const problems: ItemProblem[] = []
  const added = new Map<string, readonly string[]>()
  const removed = new Set<string>()
  const made = new Map(changeset.commands.flatMap((command, item) => {
    const model = command.kind === 'createTwin' && !excluded.has(item) && !state.twins.has(command.id) ? registry.get(command.model) : undefined
    return model && command.kind === 'createTwin' ? [[command.id, model] as const] : []
  }))
  for (const [item, command] of changeset.commands.entries()) {
    if (excluded.has(item)) continue
    const decided = decideItem({ registry, state, changeset, item, made, added, removed }, command)
    if (!decided.ok) {
      problems.push(...decided.problems)
      continue
    }
    append(writes, decided.writes)
    for (const link of decided.writes.links) added.set(sourceKey(link.from, link.name), [...(added.get(sourceKey(link.from, link.name)) ?? []), link.id])
    for (const link of decided.writes.unlinks) removed.add(`${sourceKey(link.from, link.name)}\0${link.id}`)
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
    case 'createTwin': case 'updateTwin': case 'deleteTwin': return [{ id: command.id }]
    case 'relate': return [{ id: command.from, name: command.name, to: command.to, relationship: command.id }]
    case 'updateRelationship': return writes.linkUpdates.map(({ from, name, to, id }) => ({ id: from, name, to, relationship: id }))
    case 'unrelate': return writes.unlinks.map(({ from, name, to, id }) => ({ id: from, name, to, relationship: id }))
  }
}

/** Two items of one request about the same twin or relationship: which of them is meant? */
function duplicates(changeset: Changeset): readonly ItemProblem[] {
  const seen = new Map<string, number>()
  return changeset.commands.flatMap((command, item): readonly ItemProblem[] => {
    const key = subject(command)
    const first = seen.get(key)
    if (first === undefined) {
      seen.set(key, item)
      return []
    }
    return [{ code: 'DUPLICATE_ITEM', message: `The items ${first} and ${item} are about the same ${'from' in command ? 'relationship' : 'twin'}. Send it once.`, path: [changeset.path, String(item)], item, twin: 'from' in command ? command.from : command.id }]
  })
}

function subject(command: Command): string {
  switch (command.kind) {
    case 'createTwin': case 'updateTwin': case 'deleteTwin': return command.id
    case 'relate': case 'updateRelationship': return `${sourceKey(command.from, command.name)}\0${command.id}`
    case 'unrelate': return `${sourceKey(command.from, command.name)}\0${command.id ?? ''}\0${command.to ?? ''}`
  }
}

/** A mutation of one thing is refused with the problem itself; a batch with the list of all. */
function toProblem(changeset: Changeset, problems: readonly ItemProblem[], state: State): TwinProblem {
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

/** Gives the changeset's journal entries their numbers and their author. */
function number(writes: ItemWrites, { actor, cause }: Changeset, from: number): number {
  let seq = from
  const entry = <T extends ItemWrites['journal'][number]>(given: T): T => ({ ...given, actor, cause, seq: ++seq })
  writes.journal.splice(0, Infinity, ...writes.journal.map(entry))
  writes.updates.splice(0, Infinity, ...writes.updates.map((update) => ({ ...update, journal: entry(update.journal) })))
  writes.componentUpdates.splice(0, Infinity, ...writes.componentUpdates.map((update) => ({ ...update, journal: entry(update.journal) })))
  return seq
}

function append(all: ItemWrites, more: ItemWrites): void {
  all.creates.push(...more.creates)
  all.updates.push(...more.updates)
  all.componentUpdates.push(...more.componentUpdates)
  all.deletes.push(...more.deletes)
  all.links.push(...more.links)
  all.linkUpdates.push(...more.linkUpdates)
  all.unlinks.push(...more.unlinks)
  all.journal.push(...more.journal)
  all.answers.push(...more.answers)
}
