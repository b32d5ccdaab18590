import type { Registry, RegisteredModel } from '../../model/registry.ts'
import type { ItemProblem } from '../../problem.ts'
import type { Changeset } from '../command.ts'
import { sourceKey, type State, type TwinState } from '../state.ts'
import type { JournalEntry, Writes } from '../writes.ts'

type Lists = { -readonly [K in Exclude<keyof Writes, 'seq' | 'at'>]: Writes[K][number][] }

/** What one item adds, before its journal entries have their numbers. */
export interface ItemWrites extends Lists {
  /** Twins it makes, which other items may relate to. */
  readonly made: Map<string, RegisteredModel>
}

export type Entry = Omit<JournalEntry, 'seq' | 'actor' | 'cause'>

/** The view of one item: the state, and what the items before it in the same changeset did. */
export interface Draft {
  readonly registry: Registry
  readonly state: State
  readonly changeset: Changeset
  readonly item: number
  /** Twins that other items of the changeset make. */
  readonly made: ReadonlyMap<string, RegisteredModel>
  /** Relationships the changeset adds, by source and name; the limit of a model counts them. */
  readonly added: ReadonlyMap<string, readonly string[]>
  readonly removed: ReadonlySet<string>
}

export const noWrites = (): ItemWrites => ({
  creates: [], updates: [], componentUpdates: [], deletes: [], links: [], linkUpdates: [], unlinks: [], journal: [], answers: [], made: new Map(),
})

/** An item's outcome: its writes, or all that is wrong with it. */
export type ItemOutcome = { readonly ok: true; readonly writes: ItemWrites } | { readonly ok: false; readonly problems: readonly ItemProblem[] }

export const outcome = (writes: ItemWrites, problems: readonly ItemProblem[]): ItemOutcome => (problems.length > 0 ? { ok: false, problems } : { ok: true, writes })

/** Where an item lies in the mutation's arguments. */
export function pathOf({ changeset, item }: Draft, ...more: readonly string[]): readonly string[] {
  return [...(changeset.batch ? [changeset.path, String(item)] : []), ...more]
}

/** The model of a twin that is there or is being made; undefined where there is none of the id. */
export function modelOf(draft: Draft, id: string): RegisteredModel | undefined {
  const present = draft.state.twins.get(id)
  return present ? knownModel(draft, present) : draft.made.get(id)
}

/** A twin's model is published: nothing unpublishes one. */
export function knownModel({ registry }: Draft, twin: TwinState): RegisteredModel {
  const model = registry.get(twin.model)
  if (!model) throw new Error(`The twin ${twin.id} is of ${twin.model}, which is not published.`)
  return model
}

export function notFound(draft: Draft, id: string, ...path: readonly string[]): ItemProblem {
  return { code: 'NOT_FOUND', message: `There is no twin ${JSON.stringify(id)}. Check the id, or create it first.`, path: pathOf(draft, ...path), item: draft.item, twin: id }
}

/** How many relationships of the name the source will have, before this item. */
export function relationshipCount({ state, added }: Draft, from: string, name: string): number {
  const key = sourceKey(from, name)
  return (state.counts.get(key) ?? 0) + (added.get(key)?.length ?? 0)
}
