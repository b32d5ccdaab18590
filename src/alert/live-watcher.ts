import type { Microseconds } from '../telemetry/reading.ts'
import { type Alert, type Finding, fingerprintOf, type Subject } from './alert.ts'
import { inactive, isRaised, levelOf, type Level, type Patience, type Phase, step } from './judge.ts'
import { shownMember, shownReading } from './messages.ts'
import type { PendingStore } from './pending-store.ts'
import type { Limits, StoredRule } from './rule.ts'
import type { TwinWatch } from './twin-watch.ts'
import type { OpenAlerts, Watcher } from './watcher.ts'

export interface LiveWatcherConfig {
  readonly rule: StoredRule
  /** Twins that satisfy the condition; of a property those that are not clear, with its value. */
  readonly watch: TwinWatch
  /** Of a property; undefined: to satisfy the filter is all. */
  readonly property: { readonly name: string; readonly limits: Limits } | undefined
  readonly pending: PendingStore
  /** Alerts of a rule that somebody resolved, where they are the last of their fingerprint. */
  readonly byHand: (rule: string) => Promise<readonly Alert[]>
}

/** Judges what the graph says, by the clock: who enters a live query begins, who leaves it ends. */
export function createLiveWatcher({ rule, watch, property, pending, byHand }: LiveWatcherConfig): Watcher {
  const patience: Patience = { for: rule.for, keepFor: rule.keepFor }
  const members = new Map<string, number | null>()
  const phases = new Map<string, Phase>()
  /** Of which something may change: they were told of, or wait for the clock. */
  const restless = new Set<string>()
  let isReady = false
  let kept = ''

  const subjectOf = (twin: string): Subject => ({ rule: rule.id, twin, series: property?.name ?? null })
  const levelOfTwin = (twin: string): Level => {
    const value = members.get(twin)
    if (value === undefined) return 'CLEAR'
    return property ? (value === null ? 'CLEAR' : levelOf(value, property.limits)) : 'BEYOND'
  }
  const takeEvents = (): void => {
    for (const event of watch.take()) {
      if (event.kind === 'ready') isReady = true
      if (event.kind === 'in') members.set(event.twin, event.value)
      if (event.kind === 'out') members.delete(event.twin)
      if (event.kind === 'reset') {
        for (const twin of members.keys()) restless.add(twin)
        members.clear()
      } else if (event.kind !== 'ready') restless.add(event.twin)
    }
  }
  /** As another process left it, or this one before. */
  const restore = async (mine: readonly Alert[]): Promise<void> => {
    for (const { twin, since } of await pending.find(rule.id, rule.version)) phases.set(twin, { kind: 'PENDING', since })
    for (const { twin, since, evidence } of [...await byHand(rule.id), ...mine]) if (twin !== null) phases.set(twin, { kind: 'FIRING', since, firedAt: evidence.at })
    for (const twin of phases.keys()) restless.add(twin)
  }
  /** Not before what was found is: else what had waited long enough would begin anew after a crash. */
  const keepPending = async (): Promise<void> => {
    if (rule.for === 0 || !isReady) return
    const waiting = [...phases].flatMap(([twin, phase]) => (phase.kind === 'PENDING' ? [{ twin, since: phase.since }] : []))
    const text = JSON.stringify(waiting)
    if (text === kept) return
    await pending.put(rule.id, rule.version, waiting)
    kept = text
  }
  const toFinding = (twin: string, from: Phase, to: Phase, now: Microseconds): Finding => {
    const subject = subjectOf(twin)
    if (!isRaised(to)) return { kind: 'resolve', subject, until: from.kind === 'CLEARING' ? from.clearSince : now, resolution: 'CLEARED' }
    const value = members.get(twin) ?? null
    const evidence = { at: now, value, limit: property?.limits.limit ?? null, origin: null, run: null, contributions: [] }
    return { kind: 'raise', subject, since: to.since, evidence, message: property ? shownReading(subject, evidence, property.limits, to.since) : shownMember(subject, rule.name) }
  }
  const hear: Watcher['hear'] = async ({ now }, open) => {
    const wasReady = isReady
    takeEvents()
    if (!isReady) return []
    if (!wasReady) await restore([...open.values()])
    const findings: Finding[] = []
    for (const twin of [...restless]) {
      const from = phases.get(twin) ?? inactive
      const to = step(from, now, levelOfTwin(twin), patience)
      if (isRaised(from) !== isRaised(to) && isNews(to, twin, open)) findings.push(toFinding(twin, from, to, now))
      if (to.kind === 'INACTIVE') phases.delete(twin)
      else phases.set(twin, to)
      if (to.kind !== 'PENDING' && to.kind !== 'CLEARING') restless.delete(twin)
    }
    return findings
  }
  const isNews = (to: Phase, twin: string, open: OpenAlerts): boolean => isRaised(to) || open.has(fingerprintOf(subjectOf(twin)))
  return { begin: () => Promise.resolve([]), hear, applied: keepPending, close: () => { watch.close() } }
}
