import type { Refusal } from './pipeline/refusal.ts'

/** A refused reading that is kept. */
export interface Quarantined extends Refusal {
  readonly id: string
}

/** Where refused readings are kept: catalogue entries of the graph. */
export interface QuarantineStore {
  /** How many are kept, and how many were ever dropped because there was no more room. */
  count(): Promise<{ readonly kept: number; readonly dropped: number }>
  /** Keeps them, and takes note of how many more could not be kept. */
  add(refusals: readonly Quarantined[], dropped: number): Promise<void>
  find(ids: readonly string[]): Promise<readonly Quarantined[]>
  remove(ids: readonly string[]): Promise<number>
  /** Refused again: what is wrong with them now. */
  renew(refusals: readonly { readonly id: string; readonly code: string; readonly message: string }[]): Promise<void>
}
