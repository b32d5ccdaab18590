import { componentId, relationshipKey } from '../twin/state.ts'
import type { Override } from './override.ts'

/** Property values by name, as the store has them: integers as text, temporal values as the driver's. */
export type StoredValues = ReadonlyMap<string, unknown>

/** What a scenario did to one thing; the names of the journal's operations. */
export type EditOp = 'create' | 'update' | 'delete' | 'override' | 'unlink' | 'link' | 'relink'

/** Which thing, in the order of edits: by twin, of each first the twin itself, then its telemetry, the relationships ended, and those made or changed. */
export interface EditKey {
  /** Of a relationship: its source. */
  readonly twin: string
  readonly rank: number
  /** Of the relationship or telemetry; empty for the twin itself. */
  readonly name: string
  /** The relationship's id, else empty. */
  readonly relationship: string
}

/** What is said of the properties of a twin, a component or a relationship: a name of `set` without a value is taken away. */
export interface Said {
  readonly set: readonly string[]
  readonly values: StoredValues
}

export interface SaidOfComponent extends Said {
  readonly name: string
  readonly model: string
}

interface EditOf<Op extends EditOp> {
  readonly op: Op
  readonly key: EditKey
  /** When it was made, of several the last, in ms since 1970. */
  readonly at: number
}

/** A twin of the scenario's own, or what it says of one that is below: in its base, or in the scenario it branches off from. */
export interface TwinEdit extends EditOf<'create' | 'update' | 'delete'>, Said {
  readonly model: string
  readonly components: readonly SaidOfComponent[]
  /** The version it had below when it was first edited; undefined of one that was created. */
  readonly then: number | undefined
  /** When what was edited had come to be: another that has the id since is not meant. In ms since 1970; undefined of one that was created. */
  readonly life: number | undefined
}

export interface RelationshipEdit extends EditOf<'unlink' | 'link' | 'relink'> {
  readonly to: string
  /** The model of its source, by which its properties are read; undefined of one that ended. */
  readonly model: string | undefined
  /** All of its properties; of one that ended, none. */
  readonly values: StoredValues
  readonly then: number | undefined
  readonly life: number | undefined
  /** When its ends had come to be, of those that the scenario did not make itself. */
  readonly ends: { readonly from: number | undefined; readonly to: number | undefined }
  /** The scenario lost it: one of its ends was deleted below. */
  readonly isForsaken: boolean
}

export interface OverrideEdit extends EditOf<'override'> {
  readonly override: Override
}

export type Edit = TwinEdit | RelationshipEdit | OverrideEdit

/** A twin or component as it is below. */
export interface TwinBelow {
  readonly model: string
  readonly version: number
  /** When it came to be, in ms since 1970. */
  readonly born: number
  readonly values: StoredValues
}

export interface RelationshipBelow {
  readonly to: string
  readonly version: number
  readonly born: number
  readonly values: StoredValues
}

/** What edits were made on, as it is now. */
export interface Below {
  /** Those that were edited, and the ends of relationships that were. */
  readonly twins: ReadonlyMap<string, TwinBelow>
  /** By component id, `twin#component`. */
  readonly components: ReadonlyMap<string, TwinBelow>
  /** By source, name and id. */
  readonly relationships: ReadonlyMap<string, RelationshipBelow>
}

/** The scenario that edits go into when theirs is promoted: its parent, or, where it has none, the base; and what it sees. */
export interface EditedWorld {
  /** Of the parent and those it branches off from, itself first. */
  readonly chain: readonly number[]
  /** The instant that the parent sees the graph as of, in ms since 1970; undefined: as it is. */
  readonly at: number | undefined
}

/** Reads what a scenario holds. Fails with STORE_UNAVAILABLE, TIMEOUT. */
export interface EditReader {
  /** Keys behind one, in order. */
  keys(scenario: number, after: EditKey | undefined, limit: number, signal?: AbortSignal): Promise<readonly EditKey[]>
  /** Of the relationships that the scenario made or changed, and lost since: no edits, but in the way of a promotion until they are taken back. */
  forsakenKeys(scenario: number, limit: number): Promise<readonly EditKey[]>
  counts(scenarios: readonly number[], signal?: AbortSignal): Promise<ReadonlyMap<number, number>>
  /** The edits of the keys, in their order; those that are gone by now are left out. */
  load(scenario: number, keys: readonly EditKey[], signal?: AbortSignal): Promise<readonly Edit[]>
  below(world: EditedWorld, edits: readonly Edit[], signal?: AbortSignal): Promise<Below>
  /** The place of the scenario's last edit in the journal; 0: it has none. */
  lastEdit(id: string): Promise<number>
}

/** The twin that an edit is about, as it is below; undefined where it is no more, also where another has its id. */
export function twinOf({ op, key, life }: TwinEdit, { twins }: Below): TwinBelow | undefined {
  const found = twins.get(key.twin)
  return op === 'create' || found?.born === life ? found : undefined
}

/** The same of a component of it. */
export const componentOf = (edit: TwinEdit, name: string, below: Below): TwinBelow | undefined => (twinOf(edit, below) ? below.components.get(componentId(edit.key.twin, name)) : undefined)

/** The same of a relationship; of one that the scenario made, there is none. */
export function relationshipOf({ key, life }: RelationshipEdit, { relationships }: Below): RelationshipBelow | undefined {
  const found = relationships.get(relationshipKey(key.twin, key.name, key.relationship))
  return found?.born === life ? found : undefined
}
