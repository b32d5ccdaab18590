import { encodeCursor } from '../../change/cursor.ts'
import type { Registry } from '../../model/registry.ts'
import type { Conflict, Invalid, ItemProblem, LimitReached, NotFound } from '../../problem.ts'
import { done, refused, type Result } from '../../util/result.ts'
import type { Changeset } from '../command.ts'
import { relationshipKey, type State } from '../state.ts'
import type { JournalEntry, TwinUpdate, Writes } from '../writes.ts'
import { decideChangeset } from './changeset.ts'
import { append, type DraftedRelink, type DraftedUpdate, type Entry, type ItemWrites, noNumberedWrites, type NumberedWrites } from './draft.ts'
import { closed, promoting } from './scenarios.ts'

/** What a client is told of its mutation. */
export interface Committed {
  /** The place in the journal after it. */
  readonly cursor: string
  /** What changed, one an accepted item and in their order. */
  readonly items: readonly CommittedItem[]
  /** The items that were refused, where items may be. */
  readonly refused: readonly ItemProblem[]
  /** Of a promotion: its note. */
  readonly note?: string
}

export interface CommittedItem {
  /** The twin; of a relationship, its source. */
  readonly id: string
  readonly name?: string
  readonly to?: string
  readonly relationship?: string
  /** The version it has come to have. */
  readonly version?: number
}

export type TwinProblem = Invalid | Conflict | NotFound | LimitReached

export interface Decision {
  readonly writes: Writes | undefined
  readonly results: readonly Result<Committed, TwinProblem>[]
}

/**
 * What a group of changesets does to the state it was admitted to. Changesets of one group do not depend on each other, so each is decided alone:
 * whole, or item by item, or not at all. Only deletions may meet: a relationship that one ended is not there for the next.
 * Journal entries are numbered in the order of the changesets. All are written into the same scenario, or into the base.
 */
export function decide(changesets: readonly Changeset[], state: State, registry: Registry): Decision {
  const writes = noNumberedWrites()
  const ended = new Set<string>()
  let seq = state.seq
  const results = changesets.map((changeset): Result<Committed, TwinProblem> => {
    const repeat = answered(changeset, state)
    if (repeat) return repeat
    const problem = closed(changeset, state)
    if (problem) return refused(problem)
    const decided = decideChangeset({ changeset, state, registry, ended })
    if (!decided.ok) return decided
    const { items, refused: refusedItems } = decided.value
    const own = numbered(promoting(decided.value.writes, changeset), changeset, seq)
    seq = own.seq
    for (const { from, name, id } of own.writes.unlinks) ended.add(relationshipKey(from, name, id))
    const committed: Committed = { cursor: encodeCursor(seq), items, refused: refusedItems, ...(changeset.ends && { note: changeset.ends.note }) }
    if (changeset.idempotency) own.writes.answers.push({ ...changeset.idempotency, answer: JSON.stringify(committed) })
    append(writes, own.writes)
    return done(committed)
  })
  const isEmpty = seq === state.seq && writes.answers.length === 0
  return { writes: isEmpty ? undefined : { ...writes, scenario: changesets[0]?.scenario, seq, at: state.at }, results }
}

/** The first answer to a key, or that the key was used for something else. */
function answered({ idempotency }: Changeset, state: State): Result<Committed, Conflict> | undefined {
  const known = idempotency && state.answers.get(idempotency.key)
  if (!known) return undefined
  if (known.digest === idempotency.digest) return done(JSON.parse(known.answer) as Committed)
  return refused({ kind: 'Conflict', code: 'IDEMPOTENCY_KEY_REUSED', message: `The idempotencyKey ${JSON.stringify(idempotency.key)} was used for another request. Use a fresh key for every distinct mutation.`, path: ['idempotencyKey'] })
}

/** Gives the changeset's journal entries their numbers and their author. */
function numbered(writes: ItemWrites, { actor, cause }: Changeset, last: number): { readonly writes: NumberedWrites; readonly seq: number } {
  let seq = last
  const entry = (drafted: Entry): JournalEntry => ({ ...drafted, actor, cause, seq: ++seq })
  const update = (drafted: DraftedUpdate): TwinUpdate => ({ ...drafted, journal: entry(drafted.journal) })
  const relink = (drafted: DraftedRelink): Writes['linkUpdates'][number] => ({ ...drafted, journal: entry(drafted.journal) })
  return {
    writes: {
      ...writes, journal: writes.journal.map(entry), updates: writes.updates.map(update), componentUpdates: writes.componentUpdates.map(update), linkUpdates: writes.linkUpdates.map(relink),
    },
    seq,
  }
}
