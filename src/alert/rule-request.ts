import type { Aggregate } from '../telemetry/telemetry-store.ts'
import type { Source } from '../telemetry/reading.ts'
import type { Json } from '../util/json.ts'
import type { Severity } from './rule.ts'

/** What clients give: the inputs of the mutations, as GraphQL coerces them. */
export interface RuleRequest {
  readonly name: string
  readonly id?: string | null
  readonly description?: string | null
  readonly severity?: Severity | null
  readonly isEnabled?: boolean | null
  readonly when: ConditionRequest
  readonly for?: string | null
  readonly keepFor?: string | null
  readonly reopenWithin?: string | null
  readonly labels?: Json
  readonly annotations?: Json
  readonly over?: readonly string[] | null
  readonly depth?: number | null
  readonly notify?: readonly string[] | null
  readonly then?: readonly ActionRequest[] | null
}

/** Absent: as it is. */
export type RuleChanges = Partial<Omit<RuleRequest, 'id'>>

export interface SubjectsRequest {
  readonly twins?: readonly string[] | null
  readonly model?: string | null
  readonly where?: Json
}

export interface ThresholdRequest extends SubjectsRequest {
  readonly series?: string | null
  readonly property?: string | null
  readonly source?: Source | null
  readonly above?: number | null
  readonly below?: number | null
  readonly clearBelow?: number | null
  readonly clearAbove?: number | null
  readonly unit?: string | null
  readonly aggregate?: Aggregate | null
  readonly window?: string | null
}

export interface DriftRequest {
  readonly predictor: string
  readonly measure: 'PSI' | 'KS' | 'PAGE_HINKLEY'
  readonly feature?: string | null
  readonly above: number
  readonly clearBelow?: number | null
}

export interface LiveRequest {
  readonly model?: string | null
  readonly where?: Json
  readonly within?: Json
}

export interface MissingRequest extends SubjectsRequest {
  readonly series: string
  readonly after: string
}

/** Exactly one of them. */
export interface ConditionRequest {
  readonly threshold?: ThresholdRequest
  readonly drift?: DriftRequest
  readonly live?: LiveRequest
  readonly missing?: MissingRequest
  readonly schedule?: { readonly every: string }
}

/** Exactly one of them. */
export interface ActionRequest {
  readonly simulate?: Json
  readonly infer?: { readonly input: Json; readonly simulation?: 'PREVIOUS' | null }
}
