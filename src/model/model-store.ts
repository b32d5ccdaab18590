import type { Dtmi } from './model.ts'
import type { ModelNames, ModelState } from './registry.ts'

/** A published model as it is stored. The document is the truth; what is beside it was decided at publishing or later. */
export interface StoredModel {
  readonly dtmi: Dtmi
  /** JSON text of the interface. */
  readonly document: string
  readonly names: ModelNames
  readonly state: ModelState
  /** ISO 8601 instant. */
  readonly publishedAt: string
  readonly replacedBy?: Dtmi
  /** ISO 8601 date. */
  readonly removeAfter?: string
  readonly pinned: boolean
}

/** All models of the tenant. */
export interface StoredModels {
  /** Counts the changes of the models. */
  readonly version: number
  readonly models: readonly StoredModel[]
}

/** A model to be stored, with what lists and filters of the catalogue show of it. */
export interface NewModel {
  readonly dtmi: Dtmi
  readonly document: string
  readonly names: ModelNames
  readonly displayName: string | undefined
  readonly description: string | undefined
  readonly version: string | undefined
  readonly extends: readonly Dtmi[]
  /** The models of its components. */
  readonly components: readonly Dtmi[]
}

/** Absent: as it was. */
export interface ModelUpdate {
  readonly dtmi: Dtmi
  readonly state?: ModelState
  readonly replacedBy?: Dtmi
  readonly removeAfter?: string
  readonly pinned?: boolean
}

/** What happened to each of the models, as the journal calls it. */
export type ModelEvent = 'model-published' | 'model-deprecated' | 'model-retired' | 'model-exposed' | 'model-hidden'

export interface ModelWrites {
  readonly event: ModelEvent
  readonly publish: readonly NewModel[]
  readonly update: readonly ModelUpdate[]
  /** Kept with the idempotency key: what a repeat is answered. */
  answer(stored: StoredOutcome): string
}

export interface StoredOutcome {
  /** Counts the changes of the models, this one included. */
  readonly version: number
  /** The last journal entry. */
  readonly seq: number
  /** ISO 8601 instant of the commit. */
  readonly at: string
}

export interface ModelCommit {
  /** Of the caller's models. */
  readonly known: number
  readonly actor: string
  readonly idempotency: { readonly key: string; readonly digest: string } | undefined
  /**
   * Called once under the lock, with the stored models if they are not those of `known`. Decides what to write; undefined: nothing.
   * Pure but for what it leaves with its caller.
   */
  decide(newer: StoredModels | undefined): ModelWrites | undefined
}

export type ModelOutcome =
  | ({ readonly kind: 'stored' } & StoredOutcome)
  | { readonly kind: 'nothing' }
  /** The key was used for the same request: its answer. */
  | { readonly kind: 'repeated'; readonly answer: string }
  | { readonly kind: 'keyReused' }

/** What the model service needs of the graph store; one store serves one tenant. */
export interface ModelStore {
  /** Fails with STORE_UNAVAILABLE, TIMEOUT. */
  load(): Promise<StoredModels>
  /** One transaction, alone among all that change the tenant's models or twins. Fails with STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
  commit(commit: ModelCommit): Promise<ModelOutcome>
  /** How many live twins are of exactly each model; models without twins are absent. */
  countTwins(models: readonly Dtmi[]): Promise<ReadonlyMap<Dtmi, number>>
}
