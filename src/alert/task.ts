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
  /** The run of each that was started. */
  readonly runs: readonly string[]
}
