import { type Alert, fingerprintOf, type Subject } from './alert.ts'
import type { OpenAlerts } from './watcher.ts'

/** Alerts that are not resolved, as far as is known here, by rule and fingerprint. */
export interface OpenIndex {
  /** As it became; older words of an alert are not listened to. */
  note(alert: Alert): void
  has(subject: Subject): boolean
  of(rule: string): OpenAlerts
  /** Rules that have one. */
  rules(): readonly string[]
  all(): readonly Alert[]
}

const none: OpenAlerts = new Map()

export function createOpenIndex(): OpenIndex {
  const byRule = new Map<string, Map<string, Alert>>()
  const remove = ({ rule, fingerprint }: Alert): void => {
    const ofRule = byRule.get(rule)
    ofRule?.delete(fingerprint)
    if (ofRule?.size === 0) byRule.delete(rule)
  }
  const add = (alert: Alert): void => {
    const ofRule = byRule.get(alert.rule)
    if (ofRule) ofRule.set(alert.fingerprint, alert)
    else byRule.set(alert.rule, new Map([[alert.fingerprint, alert]]))
  }
  return {
    note(alert) {
      if ((byRule.get(alert.rule)?.get(alert.fingerprint)?.revision ?? 0) > alert.revision) return
      if (alert.state === 'RESOLVED') remove(alert)
      else add(alert)
    },
    has: (subject) => byRule.get(subject.rule)?.has(fingerprintOf(subject)) === true,
    of: (rule) => byRule.get(rule) ?? none,
    rules: () => [...byRule.keys()],
    all: () => [...byRule.values()].flatMap((ofRule) => [...ofRule.values()]),
  }
}
