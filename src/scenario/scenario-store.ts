import type { Problem } from '../problem.ts'
import type { Result } from '../util/result.ts'
import type { Scenario } from './scenario.ts'

/** A key of the client's own, and the digest that tells a repeat from another request with it. */
export interface Idempotency {
  readonly key: string
  readonly digest: string
}

/** What the making of a scenario is decided on: as it is while nothing else commits. */
export interface CreationGround {
  /** The stamp of the transaction, in ms since 1970: nothing else is, or will be, committed at or under it. */
  readonly at: number
  /** The earliest instant that can be read, in ms since 1970; undefined: all history is kept. */
  readonly earliest: number | undefined
  /** Of the new scenario. */
  readonly number: number
  /** Ids that are the looked-for one, or begin with it and `-`. */
  readonly taken: ReadonlySet<string>
  readonly parent: Scenario | undefined
}

/** What the discarding of a scenario is decided on. */
export interface DiscardGround {
  readonly scenario: Scenario | undefined
  /** Ids of open scenarios that branch off from it, in order; at most twenty. */
  readonly branches: readonly string[]
}

export interface ScenarioCommand<Ground, P extends Problem> {
  readonly actor: string
  readonly idempotency: Idempotency | undefined
  /** Called once under the lock, with the scenario to be stored as an outcome. */
  decide(ground: Ground): Result<Scenario, P>
}

/** What is told of a scenario that was stored; also what a repeat is answered. */
export interface ScenarioStored {
  readonly scenario: Scenario
  /** Its place in the journal. */
  readonly seq: number
}

export type ScenarioOutcome<P extends Problem> =
  | { readonly kind: 'stored' | 'repeated'; readonly stored: ScenarioStored }
  | { readonly kind: 'refused'; readonly problem: P }
  | { readonly kind: 'keyReused' }

/** What scenarios need of the graph store; one store serves one tenant. All fail with STORE_UNAVAILABLE, TIMEOUT; those that write with OUTCOME_UNKNOWN, too. */
export interface ScenarioStore {
  find(id: string, signal?: AbortSignal): Promise<Scenario | undefined>
  /** One transaction, alone among all that change the tenant. `id`: the one wanted, or to be derived from. Costs the same in every graph. */
  create<P extends Problem>(look: { readonly id: string; readonly parent: string | undefined }, command: ScenarioCommand<CreationGround, P>): Promise<ScenarioOutcome<P>>
  discard<P extends Problem>(id: string, command: ScenarioCommand<DiscardGround, P>): Promise<ScenarioOutcome<P>>
  /** Open scenarios that branch off from it; at most twenty. */
  branchesOf(id: string): Promise<readonly string[]>
}
