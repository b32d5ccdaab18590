import type { Microseconds } from '../telemetry/reading.ts'

/** A twin that a condition holds for, but not for long enough yet; or that is waited for and was never heard of. */
export interface Pending {
  readonly twin: string
  readonly since: Microseconds
}

/** What waits by the clock, which no store of readings tells again. Fails with STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
export interface PendingStore {
  /** Of that version of the rule. */
  find(rule: string, version: number): Promise<readonly Pending[]>
  put(rule: string, version: number, pending: readonly Pending[]): Promise<void>
}
