import type { Registry, RegisteredModel } from '../../model/registry.ts'
import type { ItemProblem } from '../../problem.ts'
import type { Changeset, Values } from '../command.ts'
import { toJsonText } from '../encode-value.ts'
import { isObject, sourceKey, type State, type TwinState } from '../state.ts'
import type { JournalEntry, TwinUpdate, Writes } from '../writes.ts'

type Lists = { -readonly [K in Exclude<keyof Writes, 'seq' | 'at' | 'scenario'>]: Writes[K][number][] }
type LinkUpdate = Writes['linkUpdates'][number]

interface ListsOf<Entry, Update, Relink> extends Omit<Lists, 'journal' | 'updates' | 'componentUpdates' | 'linkUpdates'> {
  journal: Entry[]
  updates: Update[]
  componentUpdates: Update[]
  linkUpdates: Relink[]
}

/** A journal entry before it has its number and its author. */
export type Entry = Omit<JournalEntry, 'seq' | 'actor' | 'cause'>
export type DraftedUpdate = Omit<TwinUpdate, 'journal'> & { readonly journal: Entry }
export type DraftedRelink = Omit<LinkUpdate, 'journal'> & { readonly journal: Entry }

/** What one item adds. */
export type ItemWrites = ListsOf<Entry, DraftedUpdate, DraftedRelink>
/** What changesets add. */
export type NumberedWrites = ListsOf<JournalEntry, TwinUpdate, LinkUpdate>

/** The view of one item: the state, and what the items before it in the same changeset did. */
export interface Draft {
  readonly registry: Registry
  readonly state: State
  readonly changeset: Changeset
  readonly item: number
  /** Twins that the changeset makes, this item's included. */
  readonly made: ReadonlyMap<string, RegisteredModel>
  /** Twins that the changeset deletes. */
  readonly doomed: ReadonlySet<string>
  /** Ids of the relationships that the items before this one add, by source and name; the limit of a model counts them. */
  readonly added: ReadonlyMap<string, ReadonlySet<string>>
  /** How many relationships the items before this one end, by source and name. */
  readonly removed: ReadonlyMap<string, number>
  /** Keys of the relationships that the items before this one change. */
  readonly changed: ReadonlySet<string>
  /** Was the relationship of the key ended before this item? */
  isEnded(key: string): boolean
}

const emptyLists = <E, U, R>(): ListsOf<E, U, R> => ({
  creates: [], updates: [], componentUpdates: [], deletes: [], links: [], linkUpdates: [], unlinks: [], withdrawn: [], promoted: [], journal: [], answers: [],
})
export const noWrites = (): ItemWrites => emptyLists()
export const noNumberedWrites = (): NumberedWrites => emptyLists()

export function append<E, U, R>(all: ListsOf<E, U, R>, more: ListsOf<E, U, R>): void {
  pushAll(all.creates, more.creates)
  pushAll(all.updates, more.updates)
  pushAll(all.componentUpdates, more.componentUpdates)
  pushAll(all.deletes, more.deletes)
  pushAll(all.links, more.links)
  pushAll(all.linkUpdates, more.linkUpdates)
  pushAll(all.unlinks, more.unlinks)
  pushAll(all.withdrawn, more.withdrawn)
  pushAll(all.promoted, more.promoted)
  pushAll(all.journal, more.journal)
  pushAll(all.answers, more.answers)
}

/** Not by spreading: a twin may have more relationships than a call may have arguments. */
function pushAll<T>(all: T[], more: readonly T[]): void {
  for (const each of more) all.push(each)
}

/** Of what is new, the values for its journal entry; what is no object is refused elsewhere. */
export function given(...parts: readonly Values[]): { readonly patch?: string } {
  const values = Object.fromEntries(parts.filter(isObject).flatMap((part) => Object.entries(part)))
  return Object.keys(values).length > 0 ? { patch: toJsonText(values) } : {}
}

/** An item's outcome: its writes, or all that is wrong with it. */
export type ItemOutcome = { readonly ok: true; readonly writes: ItemWrites } | { readonly ok: false; readonly problems: readonly ItemProblem[] }

export const outcome = (writes: ItemWrites, problems: readonly ItemProblem[]): ItemOutcome => (problems.length > 0 ? { ok: false, problems } : { ok: true, writes })

/** Where an item lies in the mutation's arguments. */
export function pathOf({ changeset, item }: Draft, ...more: readonly string[]): readonly string[] {
  return [...(changeset.batch ? [changeset.path, String(item)] : []), ...more]
}

/** The model of a twin that is there, and stays, or is being made; undefined where there is none of the id. */
export function modelOf(draft: Draft, id: string): RegisteredModel | undefined {
  if (draft.doomed.has(id)) return undefined
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
  const why = draft.doomed.has(id) && draft.state.twins.has(id) ? `The twin ${JSON.stringify(id)} is deleted by the same mutation. Relate another one.` : `There is no twin ${JSON.stringify(id)}. Check the id, or create it first.`
  return { code: 'NOT_FOUND', message: why, path: pathOf(draft, ...path), item: draft.item, twin: id }
}

/** How many relationships of the name the source will have, before this item. */
export function relationshipCount({ state, added, removed }: Draft, from: string, name: string): number {
  const key = sourceKey(from, name)
  return (state.counts.get(key) ?? 0) + (added.get(key)?.size ?? 0) - (removed.get(key) ?? 0)
}
