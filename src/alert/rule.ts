import type { Aggregate } from '../telemetry/telemetry-store.ts'
import type { Microseconds, Source } from '../telemetry/reading.ts'
import type { Json } from '../util/json.ts'

export type Severity = 'INFO' | 'WARNING' | 'CRITICAL'

/** What is watched, and what follows when it is so. Plain JSON, kept whole. */
export interface Rule {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly severity: Severity
  readonly isEnabled: boolean
  readonly when: Condition
  /** It has to hold so long, without a break, before an alert is raised. */
  readonly for: Microseconds
  /** It has to be over so long, without a break, before the alert is resolved. */
  readonly keepFor: Microseconds
  /** Beginning again so soon after it was over, it is the same alert. */
  readonly reopenWithin: Microseconds
  /** For receivers: they make alerts of other tools groups and routes of it. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** Relationships along which twins are affected, and how far. */
  readonly over: readonly string[]
  readonly depth: number
  /** Ids of channels. */
  readonly notify: readonly string[]
  readonly then: readonly Action[]
}

/** A rule in the catalogue. */
export interface StoredRule extends Rule {
  /** Counts its changes, those of `isEnabled` among them. */
  readonly version: number
  /** The last version for which what was so already was looked at; null: none. */
  readonly judged: number | null
  /** What was received behind this place is judged by this version; of what came before, what is so then. */
  readonly from: Microseconds
  /** What keeps it from being watched. */
  readonly trouble: string | null
  /** Ms since 1970. */
  readonly createdAt: number
  readonly createdBy: string
  readonly updatedAt: number
}

export type Condition = ThresholdCondition | DriftCondition | LiveCondition | MissingCondition | ScheduleCondition

/** Which twins a condition is about. */
export interface Subjects {
  /** Ids; null: those of the model. */
  readonly twins: readonly string[] | null
  /** GraphQL type of the model; twins of models that extend it count, too. Null: any. */
  readonly model: string | null
  /** What they satisfy as well: `<Model>_Where`. */
  readonly where: Json
}

/** Beyond `limit`, until `clear`: above both, or below both. */
export interface Limits {
  readonly direction: 'ABOVE' | 'BELOW'
  readonly limit: number
  /** From `limit` to here nothing changes (hysteresis). */
  readonly clear: number
}

export interface ThresholdCondition extends Limits {
  readonly kind: 'ThresholdCondition'
  readonly of: Subjects
  /** Telemetry, or an output of a predictor; of components `component.name`. */
  readonly series: string | null
  /** Or a property. */
  readonly property: string | null
  readonly source: Exclude<Source, 'SIMULATED'>
  /** Of the readings in (at - window, at]; undefined: each reading by itself. */
  readonly over: { readonly aggregate: Aggregate; readonly window: Microseconds } | null
}

/** A drift series of a predictor. */
export interface DriftCondition extends Limits {
  readonly kind: 'DriftCondition'
  /** A name, whichever version; or an id. */
  readonly predictor: string
  readonly measure: 'PSI' | 'KS' | 'PAGE_HINKLEY'
  /** Null: of any. */
  readonly feature: string | null
}

/** Twins that satisfy a filter. */
export interface LiveCondition {
  readonly kind: 'LiveCondition'
  readonly model: string | null
  readonly where: Json
  /** The argument `within` of live queries. */
  readonly within: Json
}

/** Nothing measured was received for so long, by the clock. */
export interface MissingCondition {
  readonly kind: 'MissingCondition'
  readonly of: Subjects
  readonly series: string
  readonly after: Microseconds
}

/** At every whole multiple of `every` since 1970. */
export interface ScheduleCondition {
  readonly kind: 'ScheduleCondition'
  readonly every: Microseconds
}

/** Inputs of the mutations, as clients give them. */
export type Action =
  | { readonly kind: 'SimulateAction'; readonly input: Json }
  | { readonly kind: 'InferAction'; readonly input: Json; /** It reads the results of the simulation before it in the list. */ readonly simulation: 'PREVIOUS' | null }

/** What a rule may have at most. */
export const most = { rules: 1_000, twins: 10_000, actions: 20, channels: 20, labels: 50, depth: 50, affected: 10_000, duration: 366 * 86_400_000_000 } as const
