import type { Microseconds } from '../telemetry/reading.ts'
import type { Alert, Finding } from './alert.ts'
import type { NewDelivery } from './channel.ts'
import type { StoredRule } from './rule.ts'
import type { NewTask } from './task.ts'

/** A finding with all that an alert is made of. */
export type Found = Finding & {
  readonly rule: Pick<StoredRule, 'name' | 'severity' | 'labels' | 'annotations' | 'reopenWithin' | 'notify' | 'then'>
  /** Twins affected; of a raise. */
  readonly affected: { readonly twins: readonly string[]; readonly isComplete: boolean }
}

/** An alert that changed, and how. */
export interface AlertChange {
  readonly alert: Alert
  readonly event: AlertEvent
}

export type AlertEvent = 'RAISED' | 'REOPENED' | 'ACKNOWLEDGED' | 'RESOLVED'

/** What is to be done because alerts changed: kept together with the changes, so that nothing of it is lost. */
export interface Consequences {
  readonly deliveries: readonly NewDelivery[]
  readonly tasks: readonly NewTask[]
}

/** How far was judged, where it is told: kept together with what was found, so that nothing is found twice. */
export interface Judged {
  /** The position that has to be the last one written, null: there is none; else another process judges by now, and nothing is written. Undefined: whatever it is. */
  readonly from?: Microseconds | null | undefined
  /** In the order of receipt. */
  readonly position?: Microseconds | undefined
  /** Of this version of the rule all that was so when it was made, and since. */
  readonly rule?: { readonly id: string; readonly version: number } | undefined
}

/** What changes alerts by hand: it answers each as it becomes, or undefined where it stays. */
export type Decide = (alert: Alert, now: number) => AlertChange | undefined

/**
 * Alerts, and how far what is received was judged. Every method that writes is one transaction, one after the other for a tenant: of a fingerprint at most one alert is
 * not resolved, whoever judges. They throw STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN; `apply` NOT_CAUGHT_UP where another judges.
 */
export interface AlertStore {
  /** Findings in their order, and with them how far was judged; answers what changed. Findings that change nothing are none. */
  apply(found: readonly Found[], judged?: Judged): Promise<readonly AlertChange[]>
  /** Undefined in the place of ids that there are none of. */
  change(ids: readonly string[], decide: Decide): Promise<readonly (Alert | undefined)[]>
  find(ids: readonly string[]): Promise<readonly (Alert | undefined)[]>
  /** Those that are not resolved, by id; of one rule, where it is named. */
  open(page: { readonly limit: number; readonly after?: string | undefined; readonly rule?: string | undefined }): Promise<readonly Alert[]>
  /** The last alerts of fingerprints of the rule, by fingerprint, where somebody resolved them. */
  resolvedByHand(rule: string, page: { readonly limit: number; readonly after?: string | undefined }): Promise<readonly Alert[]>
  /** Twins affected, by place. */
  affected(alert: string, page: { readonly first: number; readonly after: number }): Promise<readonly string[]>
  /** Alerts that changed after a revision, in its order, each as it is by now. With a limit of 0 none, and the latest revision. */
  changed(after: number, limit: number): Promise<{ readonly alerts: readonly Alert[]; readonly revision: number }>
  /** Up to where what was received was judged; undefined: nothing was. */
  position(): Promise<Microseconds | undefined>
  setPosition(position: Microseconds): Promise<void>
  /** Lets the store plan what an alert takes, so that the first one does not wait for it. */
  prepare(): Promise<void>
  /** Deletes alerts that were resolved before the instant (ms), with all that hangs from them, at most so many; answers how many. */
  forget(before: number, limit: number): Promise<number>
}
