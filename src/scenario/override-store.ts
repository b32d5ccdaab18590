import type { Conflict, LimitReached } from '../problem.ts'
import type { Result } from '../util/result.ts'
import type { Override } from './override.ts'
import type { Scenario } from './scenario.ts'

/** What is to be said in a scenario, and what no more. Each twin and name once. */
export interface OverrideEdits {
  readonly set: readonly Omit<Override, 'setAt' | 'setBy'>[]
  readonly remove: readonly Pick<Override, 'twin' | 'name'>[]
  /** The models that the twins were taken to have, by id. */
  readonly models: ReadonlyMap<string, string>
}

/** The place in the journal behind the edits, and when they were committed, in ms since 1970. */
export interface OverridesStored {
  readonly seq: number
  readonly at: number
}

/** Where overrides are kept: beside the other edits of scenarios. Fails with STORE_UNAVAILABLE, TIMEOUT. */
export interface OverrideStore {
  /** DTMIs of the twins that the scenario sees, by id. */
  modelsOf(scenario: Scenario, ids: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>
  /** All of it or nothing. A Conflict where the scenario is open no more, or a twin is gone from it or has another model by now; LimitReached beyond `most` in the scenario. */
  write(scenario: Scenario, edits: OverrideEdits, request: { readonly actor: string; readonly most: number }): Promise<Result<OverridesStored, Conflict | LimitReached>>
  /** Count the writes into each of these scenarios. */
  versions(scenarios: readonly number[]): Promise<readonly number[]>
  load(scenario: number): Promise<readonly Override[]>
  /** Which of these runs are those of overrides. */
  existing(runs: readonly string[]): Promise<ReadonlySet<string>>
}
