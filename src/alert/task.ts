import type { Action } from './rule.ts'

/** Actions of a rule that are to be done, one after the other: because of one alert, or of one tick. */
export interface NewTask {
  /** `rule:<rule>:<tick>`: what is done with the same key is done once. */
  readonly key: string
  readonly rule: string
  readonly alert: string | null
  readonly actions: readonly Action[]
}

export interface Task extends NewTask {
  /** How many of them are done. */
  readonly done: number
  /** The run of each that is done. */
  readonly runs: readonly string[]
}

/** What is to be done, the one truth of it. Fails with STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
export interface TaskStore {
  /** Those that are not done, of each rule the oldest. */
  waiting(limit: number): Promise<readonly Task[]>
  progress(key: string, done: number, runs: readonly string[]): Promise<void>
  /** It is over, done or not; what is over for long is forgotten. */
  end(key: string): Promise<void>
}

/** Starts what rules do, and tells when it has ended. */
export interface ActionStarter {
  /** The run's id, in the name of the rule. The same key starts the same run, whoever asks and however often. `previous`: the run of the last simulation before it in the list. */
  start(action: Action, by: { readonly rule: string; readonly key: string; readonly previous: string | undefined }): Promise<{ readonly run: string } | { readonly problem: string }>
  /** Resolves when the run has ended; undefined: it succeeded, else why it did not. Rejects with the signal's reason. */
  ended(run: string, signal: AbortSignal): Promise<string | undefined>
}

/** In the place of a series: the alert says that an action of the rule could not be done. */
export const actionSeries = 'rule-action'
