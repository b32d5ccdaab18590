import type { Alert, AlertState, Evidence, Resolution } from '../../alert/alert.ts'
import type { Severity } from '../../alert/rule.ts'
import { toTime } from './run-row.ts'

/** The properties of an `:_Alert` that statements return: whole numbers and texts; what has parts is JSON. Absent ones are null. */
export interface AlertRow {
  readonly id: string
  readonly fingerprint: string
  readonly rule: string
  readonly ruleName: string
  readonly severity: Severity
  readonly state: AlertState
  readonly twin: string | null
  readonly series: string | null
  readonly message: string
  readonly labelsJson: string
  readonly annotationsJson: string
  readonly sinceUs: number
  readonly untilUs: number | null
  readonly openedAtMs: number
  readonly acknowledgedAtMs: number | null
  readonly acknowledgedBy: string | null
  readonly note: string | null
  readonly resolvedAtMs: number | null
  readonly resolvedBy: string | null
  readonly resolution: Resolution | null
  readonly occurrences: number
  readonly evidenceJson: string
  readonly affectedCount: number
  readonly isAffectedComplete: boolean
  readonly notify: readonly string[]
  readonly revision: number
}

type Columns = Readonly<Record<string, unknown>>

export function toAlert({ labelsJson, annotationsJson, sinceUs, untilUs, openedAtMs, acknowledgedAtMs, resolvedAtMs, evidenceJson, affectedCount, isAffectedComplete, ...rest }: AlertRow): Alert {
  return {
    ...rest, labels: JSON.parse(labelsJson) as Alert['labels'], annotations: JSON.parse(annotationsJson) as Alert['annotations'], since: sinceUs, until: untilUs,
    openedAt: openedAtMs, acknowledgedAt: acknowledgedAtMs, resolvedAt: resolvedAtMs, evidence: JSON.parse(evidenceJson) as Evidence,
    affected: { count: affectedCount, isComplete: isAffectedComplete },
  }
}

/** What is set, and beside it the instants that the catalogue shows. The last alert of a fingerprint has it as `current`, too. */
export function toColumns({ labels, annotations, since, until, openedAt, acknowledgedAt, resolvedAt, evidence, affected, occurrences, revision, ...rest }: Alert, isLast: boolean): { readonly columns: Columns; readonly since: object; readonly until: object | null } {
  const whole = (value: number | null): bigint | null => (value === null ? null : BigInt(Math.round(value)))
  return {
    columns: {
      ...rest, notify: [...rest.notify], current: isLast ? rest.fingerprint : null, labelsJson: JSON.stringify(labels), annotationsJson: JSON.stringify(annotations), sinceUs: whole(since), untilUs: whole(until),
      openedAtMs: whole(openedAt), acknowledgedAtMs: whole(acknowledgedAt), resolvedAtMs: whole(resolvedAt), evidenceJson: JSON.stringify(evidence),
      affectedCount: whole(affected.count), isAffectedComplete: affected.isComplete, occurrences: whole(occurrences), revision: whole(revision),
    },
    since: toTime(since), until: until === null ? null : toTime(until),
  }
}
