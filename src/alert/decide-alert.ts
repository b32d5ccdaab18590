import type { Alert } from './alert.ts'
import { fingerprintOf } from './alert.ts'
import type { AlertChange, Found } from './alert-store.ts'

export interface AlertGround {
  /** The last alert of the fingerprint. */
  readonly last: Alert | undefined
  /** By the store's clock, in ms. */
  readonly now: number
  readonly revision: number
  /** Of an alert that is made. */
  readonly id: string
}

/** What a finding makes of the last alert of its fingerprint; undefined: nothing. */
export function decideAlert(found: Found, { last, now, revision, id }: AlertGround): AlertChange | undefined {
  if (found.kind === 'resolve') {
    if (!last || last.state === 'RESOLVED' || (found.until !== null && found.until < last.since)) return undefined // of an episode before it
    return { event: 'RESOLVED', alert: { ...last, state: 'RESOLVED', until: found.until, resolvedAt: now, resolvedBy: null, resolution: found.resolution, revision } }
  }
  if (last && (last.state !== 'RESOLVED' || isToldOf(last, found))) return undefined
  if (last && isAgain(last, found)) return { event: 'REOPENED', alert: reopened(last, found, now, revision) }
  const { subject, since, evidence, message, rule, affected } = found
  return {
    event: 'RAISED',
    alert: {
      id, fingerprint: fingerprintOf(subject), rule: subject.rule, ruleName: rule.name, severity: rule.severity, state: 'OPEN', twin: subject.twin, series: subject.series, message,
      labels: rule.labels, annotations: rule.annotations, since, until: null, openedAt: now, acknowledgedAt: null, acknowledgedBy: null, note: null,
      resolvedAt: null, resolvedBy: null, resolution: null, occurrences: 1, evidence, affected: { count: affected.twins.length, isComplete: affected.isComplete }, notify: rule.notify, revision,
    },
  }
}

/** After a crash things are found twice; and what somebody resolved by hand stays so until it is over. */
function isToldOf({ since, evidence, resolution }: Alert, found: Extract<Found, { readonly kind: 'raise' }>): boolean {
  if (resolution !== 'BY_HAND' && (resolution !== 'CLEARED' || found.isBelated)) return false
  return found.since <= Math.max(since, evidence.at)
}

/** By event time, so that what is received late is no different. */
const isAgain = ({ until, resolution, since }: Alert, found: Extract<Found, { readonly kind: 'raise' }>): boolean =>
  resolution !== 'BY_HAND' && found.rule.reopenWithin > 0 && found.since >= since && found.since - (until ?? since) <= found.rule.reopenWithin

/** What was found first stays: its beginning, and who was affected. */
function reopened(last: Alert, { evidence, message, rule }: Extract<Found, { readonly kind: 'raise' }>, now: number, revision: number): Alert {
  return {
    ...last, state: 'OPEN', severity: rule.severity, labels: rule.labels, annotations: rule.annotations, notify: rule.notify, message, evidence, until: null, openedAt: now,
    acknowledgedAt: null, acknowledgedBy: null, resolvedAt: null, resolvedBy: null, resolution: null, occurrences: last.occurrences + 1, revision,
  }
}
