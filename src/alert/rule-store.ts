import type { Conflict, Invalid, LimitReached, NotFound } from '../problem.ts'
import type { Result } from '../util/result.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { Rule, StoredRule } from './rule.ts'
import type { NewTask } from './task.ts'

/** What a change of the rules is decided on. */
export interface RuleGround {
  readonly rule: StoredRule | undefined
  /** Ids that begin as the wanted one does. */
  readonly taken: ReadonlySet<string>
  readonly count: number
}

export type RuleProblem = Invalid | Conflict | NotFound | LimitReached

/** Rules in the catalogue. Every method that writes is one transaction. They throw STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
export interface RuleStore {
  /** Looks up the id and what begins so, then writes what was decided. `from`: what is received behind this place is judged by it. */
  put(id: string, by: { readonly actor: string; readonly from: Microseconds }, decide: (ground: RuleGround) => Result<Rule, RuleProblem>): Promise<Result<StoredRule, RuleProblem>>
  /** False: there is none. */
  remove(id: string): Promise<boolean>
  find(ids: readonly string[]): Promise<readonly (StoredRule | undefined)[]>
  all(): Promise<readonly StoredRule[]>
  /** Changes whenever a rule or a channel does. */
  revision(): Promise<number>
  /** What keeps a rule from being judged; null: nothing does. */
  setTrouble(id: string, trouble: string | null): Promise<void>
  /** Takes a tick of a schedule, an instant, and with it what is to be done; false where it, or a later one, was taken. */
  takeTick(id: string, tick: Microseconds, task: NewTask | undefined): Promise<boolean>
}
