import type { Dtmi } from '../../model/model.ts'
import type { Columns } from '../writes.ts'

/** A twin as it is before its migration: all stored values, integers as decimal text so that none loses a digit. */
export interface MigratingTwin {
  readonly id: string
  readonly values: ReadonlyMap<string, unknown>
  readonly components: readonly { readonly id: string; readonly name: string; readonly model: Dtmi; readonly values: ReadonlyMap<string, unknown> }[]
  /** Those of the page's `parts` whose id, as a component of it, a twin has. */
  readonly taken: readonly string[]
  /** Its relationships, counted by name and by the model at the other end; those that open scenarios made are among them. */
  readonly outgoing: readonly RelatedModels[]
  readonly incoming: readonly RelatedModels[]
  /** What open scenarios that follow the base say of its own properties; `names` has those, too, that they take away. */
  readonly words: readonly { readonly scenario: string; readonly names: readonly string[]; readonly values: ReadonlyMap<string, unknown> }[]
}

export interface RelatedModels {
  readonly name: string
  readonly model: Dtmi
  readonly count: number
}

/** What turns one twin into one of the new model. */
export interface TwinMigration {
  readonly id: string
  /** Columns stored otherwise than before; null removes. */
  readonly set: Columns
  readonly newComponents: readonly { readonly id: string; readonly name: string; readonly model: Dtmi; readonly labels: readonly string[] }[]
  readonly endedComponents: readonly string[]
}

export interface Page {
  readonly model: Dtmi
  /** Twins with greater ids only; '' for the first page. */
  readonly after: string
  readonly limit: number
  /** Names of the components that the new model adds. */
  readonly parts: readonly string[]
}

export interface MigrationBatch extends Page {
  readonly to: Dtmi
  /** Type names that the twins lose and get. */
  readonly removedLabels: readonly string[]
  readonly addedLabels: readonly string[]
  readonly actor: string
  /** Called under the lock with the twins as they are then; those it leaves out stay what they are. */
  decide(twins: readonly MigratingTwin[]): readonly TwinMigration[]
}

export interface TwinMigrationStore {
  /** Twins of exactly the model, in the order of their ids. */
  read(page: Page): Promise<readonly MigratingTwin[]>
  /** The same under the tenant's lock, and what is decided for them, in one transaction. `last`: the id to go on after; undefined at the end. `seq`: of the last journal entry. */
  migrate(batch: MigrationBatch): Promise<{ readonly last: string | undefined; readonly migrated: number; readonly seq: number }>
}
