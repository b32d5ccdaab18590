import type { Microseconds } from '../telemetry/reading.ts'
import type { Severity } from './rule.ts'

export type AlertState = 'OPEN' | 'ACKNOWLEDGED' | 'RESOLVED'

/**
 * Why an alert is over: it CLEARED; readings that came late say that it was not so (CORRECTED); somebody resolved it (BY_HAND); its rule was changed, disabled or deleted
 * (RULE_CHANGED); its twin was deleted or is none of the rule's any more (TWIN_GONE).
 */
export type Resolution = 'CLEARED' | 'CORRECTED' | 'BY_HAND' | 'RULE_CHANGED' | 'TWIN_GONE'

/** What a rule found, from its beginning to its end. Instants of the clock are ms since 1970. */
export interface Alert {
  readonly id: string
  /** Of one fingerprint at most one is not resolved. */
  readonly fingerprint: string
  readonly rule: string
  readonly ruleName: string
  readonly severity: Severity
  readonly state: AlertState
  /** Null: it is about none. */
  readonly twin: string | null
  /** The series or property; null: it is about none. */
  readonly series: string | null
  /** One sentence. */
  readonly message: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** From when to when it was so, in event time; `until` null: it still is, or nobody knows. */
  readonly since: Microseconds
  readonly until: Microseconds | null
  /** By the clock: when it was raised, last. */
  readonly openedAt: number
  readonly acknowledgedAt: number | null
  readonly acknowledgedBy: string | null
  readonly note: string | null
  readonly resolvedAt: number | null
  readonly resolvedBy: string | null
  readonly resolution: Resolution | null
  /** How often it began, with every time that it was reopened. */
  readonly occurrences: number
  readonly evidence: Evidence
  /** Twins affected, as it was raised; more are not kept. */
  readonly affected: { readonly count: number; readonly isComplete: boolean }
  /** The channels that are told of its changes. */
  readonly notify: readonly string[]
  /** Counts the changes of all alerts: one that changed later has a greater one. */
  readonly revision: number
}

/** What it was raised on. */
export interface Evidence {
  /** Of the reading, or of the clock where silence or the graph says it. */
  readonly at: Microseconds
  readonly value: number | null
  readonly limit: number | null
  readonly origin: string | null
  /** The run that published the reading. */
  readonly run: string | null
  readonly contributions: readonly Contribution[]
}

/** How much a telemetry of a twin made of a predictor's output. */
export interface Contribution {
  readonly twin: string
  readonly series: string
  readonly value: number
}

export const mostContributions = 20

/** Something that happened to a fingerprint. */
export type Finding =
  | { readonly kind: 'raise'; readonly subject: Subject; readonly since: Microseconds; readonly evidence: Evidence; readonly message: string; /** It may be of before what was told last: readings came late, or a rule is looked at anew. */ readonly isBelated?: boolean }
  | { readonly kind: 'resolve'; readonly subject: Subject; readonly until: Microseconds | null; readonly resolution: Exclude<Resolution, 'BY_HAND'> }

/** What an alert is of. */
export interface Subject {
  readonly rule: string
  readonly twin: string | null
  readonly series: string | null
}

/** Of one rule at most one alert of a fingerprint is open. */
export const fingerprintOf = ({ rule, twin, series }: Subject): string => JSON.stringify([rule, twin, series])
