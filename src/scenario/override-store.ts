import type { Conflict, LimitReached } from '../problem.ts'
import type { Result } from '../util/result.ts'
import type { Override } from './override.ts'
import type { Idempotency } from './scenario-store.ts'
import type { Scenario } from './scenario.ts'

/** What is to be said in a scenario, and what no more. Each twin and name once. */
export interface OverrideEdits {
  readonly set: readonly Override[]
  readonly remove: readonly Pick<Override, 'twin' | 'name'>[]
  /** The models that the twins were taken to have, by id. */
  readonly models: ReadonlyMap<string, string>
}

/** The place in the journal behind what was set. */
export interface OverridesStored {
  readonly seq: number
  readonly set: readonly Override[]
}

export interface OverridesRequest {
  readonly actor: string
  /** In the scenario. */
  readonly most: number
  readonly idempotency: Idempotency | undefined
}

/** Where overrides are kept: beside the other edits of scenarios. Fails with STORE_UNAVAILABLE, TIMEOUT. */
export interface OverrideStore {
  /** DTMIs of the twins that the scenario sees, by id. */
  modelsOf(scenario: Scenario, ids: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>
  /**
   * All of it or nothing; of a repeat, what was stored first. A Conflict where the key was used for something else, the scenario is open no more, or a twin is gone from it or
   * has another model by now; LimitReached beyond `most`.
   */
  write(scenario: Scenario, edits: OverrideEdits, request: OverridesRequest): Promise<Result<OverridesStored, Conflict | LimitReached>>
  /** What was stored with the key; undefined: nothing yet. A Conflict where that was something else. */
  repeated(idempotency: Idempotency, signal?: AbortSignal): Promise<Result<OverridesStored, Conflict> | undefined>
  /** Count the writes into each of these scenarios. */
  versions(scenarios: readonly number[]): Promise<readonly number[]>
  load(scenario: number): Promise<readonly Override[]>
  /** Which of these runs are those of overrides. */
  existing(runs: readonly string[]): Promise<ReadonlySet<string>>
}
