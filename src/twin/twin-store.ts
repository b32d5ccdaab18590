import type { Changeset } from './command.ts'
import type { Decision } from './decide/decide.ts'
import type { State } from './state.ts'

/** Where twins, their history and the journal are kept. */
export interface TwinStore {
  /**
   * Locks the tenant's journal, reads what the changesets touch, and stores what `decide` makes of it: all in one transaction, so that
   * nothing changes in between. Resolves when it is durable. Fails with STORE_UNAVAILABLE (nothing was stored) or OUTCOME_UNKNOWN.
   */
  commit(changesets: readonly Changeset[], decide: (state: State) => Decision): Promise<Decision>
}
