import type { Scenario } from '../scenario/scenario.ts'
import type { StoredValue } from './encode-value.ts'

/** Column → value; null removes the column. */
export type Columns = Readonly<Record<string, StoredValue | null>>

/** What a decided group writes, in the store's terms; the adapter knows the layout, of the base and of scenarios. */
export interface Writes {
  /** Written into this scenario; undefined: into the base. */
  readonly scenario: Scenario | undefined
  readonly creates: readonly {
    readonly id: string
    readonly model: string
    /** The model's type names, its own and inherited. */
    readonly labels: readonly string[]
    readonly columns: Columns
    readonly components: readonly { readonly id: string; readonly name: string; readonly model: string; readonly labels: readonly string[]; readonly columns: Columns }[]
  }[]
  readonly updates: readonly TwinUpdate[]
  readonly componentUpdates: readonly TwinUpdate[]
  readonly deletes: readonly { readonly id: string }[]
  readonly links: readonly { readonly from: string; readonly name: string; readonly to: string; readonly id: string; readonly columns: Columns }[]
  readonly linkUpdates: readonly { /** See RelationshipState. */ readonly ref: string; readonly from: string; readonly name: string; readonly to: string; readonly id: string; readonly set: Columns; readonly version: number; readonly journal: JournalEntry }[]
  readonly unlinks: readonly { readonly ref: string; readonly from: string; readonly name: string; readonly to: string; readonly id: string }[]
  /** What a scenario made or changed, lost with one of the ends, and takes back. */
  readonly withdrawn: readonly { readonly from: string; readonly name: string; readonly to: string; readonly id: string }[]
  /** Numbers of scenarios that end, promoted. */
  readonly promoted: readonly number[]
  /** Journal entries of everything but updates, whose entry is the past state itself. */
  readonly journal: readonly JournalEntry[]
  readonly answers: readonly { readonly key: string; readonly digest: string; readonly answer: string }[]
  /** Of the last journal entry. */
  readonly seq: number
  readonly at: number
}

export interface TwinUpdate {
  readonly id: string
  readonly set: Columns
  /** The version it comes to have. */
  readonly version: number
  readonly journal: JournalEntry
}

/** Who changed what, and why. `patch` is JSON text. */
export interface JournalEntry {
  readonly seq: number
  readonly op: 'create' | 'update' | 'delete' | 'link' | 'relink' | 'unlink' | 'scenario-promoted'
  readonly id: string
  readonly actor: string
  readonly cause: string
  /** DTMI of the twin that changed; of a relationship's, its source; of a component's, its owner. Of scenarios: absent. */
  readonly model?: string
  /** What was given: values of something new, components under their names; the merge patch of an update. */
  readonly patch?: string
  /** Of relationships: name, target and id. */
  readonly type?: string
  readonly dst?: string
  readonly rid?: string
}
