import type { Alert } from './alert.ts'

/** What `POST /api/v2/alerts` of Alertmanager takes, one an alert. */
export interface AlertmanagerAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL: string
}

export type Shown = Pick<Alert, 'id' | 'rule' | 'ruleName' | 'severity' | 'state' | 'twin' | 'series' | 'message' | 'labels' | 'annotations' | 'openedAt' | 'resolvedAt'>

/**
 * Labels tell alerts apart there, so that they have all that the fingerprint has; those of the rule give way to them. One that is not resolved ends by itself
 * unless it is sent again before `endsAt`, as Prometheus has it: a server that is gone does not leave alerts behind for ever.
 */
export function toAlertmanager({ id, rule, ruleName, severity, state, twin, series, message, labels, annotations, openedAt, resolvedAt }: Shown, { endsAt, url }: { readonly endsAt: number; readonly url: string }): AlertmanagerAlert {
  return {
    labels: { ...labels, alertname: ruleName, rule, severity: severity.toLowerCase(), ...(twin !== null && { twin }), ...(series !== null && { series }) },
    annotations: { ...annotations, summary: annotations['summary'] ?? message, message, alert: id },
    startsAt: new Date(openedAt).toISOString(),
    endsAt: new Date(state === 'RESOLVED' ? Math.max(resolvedAt ?? openedAt, openedAt) : endsAt).toISOString(),
    generatorURL: `${url}#${encodeURIComponent(id)}`,
  }
}
