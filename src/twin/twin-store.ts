import type { Changeset } from './command.ts'
import type { Decision } from './decide/decide.ts'
import type { ModelNames } from './needs.ts'
import type { State } from './state.ts'

/** Where twins, their history and the journal are kept. */
export interface TwinStore {
  /**
   * Locks the tenant's journal, reads what the changesets touch, and stores what `decide` makes of it: all in one transaction, so that
   * nothing changes in between; if `decide` throws, nothing is stored. Resolves when it is durable.
   * Fails with STORE_UNAVAILABLE or TIMEOUT (nothing was stored) or OUTCOME_UNKNOWN. Any other error is due to the changesets: a part of them may do.
   */
  commit(changesets: readonly Changeset[], names: ModelNames, decide: (state: State) => Decision): Promise<Decision>
  /** Lets the store plan the statements that write into the base, or into scenarios: what would else take seconds of the first commit. */
  prepare(what: 'base' | 'scenarios'): Promise<void>
}
