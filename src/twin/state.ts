import type { ScenarioState } from '../scenario/scenario.ts'

/** A twin or component as the store has it, under the lock. */
export interface TwinState {
  readonly id: string
  /** DTMI. */
  readonly model: string
  readonly version: number
  /** When it came to be, in ms since 1970. An id that is deleted and used anew has another life, which begins with the same version. */
  readonly born: number
  /** Stored values of the properties that a merge patch needs. */
  readonly values: ReadonlyMap<string, unknown>
}

export interface RelationshipState {
  /** The store's own name for it, good within its transaction. */
  readonly ref: string
  readonly id: string
  readonly name: string
  readonly from: string
  readonly to: string
  readonly version: number
  /** When it came to be, in ms since 1970, whatever it was changed since. */
  readonly born: number
  readonly values: ReadonlyMap<string, unknown>
}

export interface AttachedRelationship extends Omit<RelationshipState, 'born'> {
  /** The source's model. */
  readonly fromModel: string
}

/** A scenario that is written into or ends, as it is while nothing else commits. */
export interface ScenarioStanding {
  readonly state: ScenarioState
  /** The place of its last edit in the journal; 0: it has none. */
  readonly edited: number
  /** Ids of open scenarios that branch off from it; at most twenty. */
  readonly branches: readonly string[]
}

/** All that deciding a group of changesets needs to know. */
export interface State {
  readonly seq: number
  /** The stamp of the transaction, in milliseconds since 1970. */
  readonly at: number
  /** Counts the changes of the tenant's models: which of them the changesets are held to. */
  readonly models: number
  readonly twins: ReadonlyMap<string, TwinState>
  readonly components: ReadonlyMap<string, TwinState>
  /** By source and name. */
  readonly relationships: ReadonlyMap<string, readonly RelationshipState[]>
  /** Every relationship of the twins to be deleted, in both directions. */
  readonly attached: ReadonlyMap<string, readonly AttachedRelationship[]>
  /** How many relationships a source has of a name, where a limit may apply. */
  readonly counts: ReadonlyMap<string, number>
  readonly answers: ReadonlyMap<string, { readonly digest: string; readonly answer: string }>
  /** By number. */
  readonly scenarios: ReadonlyMap<number, ScenarioStanding>
  /** Ids of twins that the scenario written into has deleted, of those touched. */
  readonly deleted: ReadonlySet<string>
  /** Where the relationships lead that the scenario written into made or changed, and lost with one of their ends, of those touched. By source, name and id. */
  readonly forsaken: ReadonlyMap<string, string>
}

/** Ids have no NUL, so the key of two is unambiguous. */
export const sourceKey = (from: string, name: string): string => `${from}\0${name}`
export const relationshipKey = (from: string, name: string, id: string): string => `${from}\0${name}\0${id}`
export const componentId = (owner: string, name: string): string => `${owner}#${name}`
/** And back: names of components have no `#`. */
export const ownerOf = (component: string): string => component.slice(0, component.lastIndexOf('#'))

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
