import { formatInstant } from '../telemetry/instant.ts'
import type { AlertChange } from './alert-store.ts'

/** What webhooks are told: `{ type, timestamp, data }`, as Standard Webhooks recommends. Instants are RFC 3339, by the rule's own clock where they are of readings. */
export function toPayload({ alert, event }: AlertChange): object {
  const { id, fingerprint, rule, ruleName, severity, state, twin, series, message, labels, annotations, since, until, openedAt, acknowledgedAt, acknowledgedBy, note, resolvedAt, resolvedBy, resolution, occurrences, evidence, affected } = alert
  const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())
  const changedAt = event === 'RESOLVED' ? resolvedAt : event === 'ACKNOWLEDGED' ? acknowledgedAt : openedAt
  return {
    type: `alert.${event.toLowerCase()}`,
    timestamp: instant(changedAt ?? openedAt),
    data: {
      id, fingerprint, rule: { id: rule, name: ruleName }, severity, state, twin, series, message, labels, annotations, since: formatInstant(since), until: until === null ? null : formatInstant(until),
      openedAt: instant(openedAt), acknowledgedAt: instant(acknowledgedAt), acknowledgedBy, note, resolvedAt: instant(resolvedAt), resolvedBy, resolution, occurrences,
      evidence: { ...evidence, at: formatInstant(evidence.at) }, affected,
    },
  }
}
