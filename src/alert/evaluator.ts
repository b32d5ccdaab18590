import { Failure } from '../errors.ts'
import { mayPass } from '../run/insist.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { TelemetryStore } from '../telemetry/telemetry-store.ts'
import type { Alert, Finding } from './alert.ts'
import type { AlertBoard } from './alert-board.ts'
import type { AlertStore, Found } from './alert-store.ts'
import type { Condition, StoredRule } from './rule.ts'
import { driftNames } from './series-of-rule.ts'
import { actionSeries } from './task.ts'
import type { RuleStore } from './rule-store.ts'
import type { Watcher } from './watcher.ts'

export interface EvaluatorConfig {
  readonly rules: Pick<RuleStore, 'all' | 'revision' | 'setTrouble'>
  readonly alerts: AlertStore
  readonly board: AlertBoard
  readonly store: Pick<TelemetryStore, 'received' | 'head'>
  readonly createWatcher: (rule: StoredRule, wake: () => void) => Watcher
  readonly affected: (twin: string | null, rule: StoredRule) => Promise<Found['affected']>
  /** Of these twins, those that there are. */
  readonly existing: (twins: readonly string[]) => Promise<ReadonlySet<string>>
  readonly now: () => Microseconds
  readonly wake: () => void
  readonly onTrouble: (error: unknown, what: string) => void
}

/** Judges for a tenant, from where the one before left off. Of all processes one does at a time. */
export interface Evaluator {
  /** Everything there is by now; resolves to how many readings were judged. Where it fails, this one is of no use any more: begin another. */
  round(): Promise<number>
  /** Twins that were deleted, or may be of other rules by now. */
  twinsChanged(ids: Iterable<string>): void
  close(): void
}

const [pageSize, alertsAtOnce] = [5_000, 1_000]
/** While nothing is found, so often it is written down how far was judged. */
const positionEvery: Microseconds = 2_000_000
/** Rules that cannot be watched are tried again so often. */
const retryEvery: Microseconds = 30_000_000

export function createEvaluator(config: EvaluatorConfig): Evaluator {
  const { rules: ruleStore, alerts, board, store, createWatcher, existing, now, wake, onTrouble } = config
  const rules = new Map<string, StoredRule>()
  const watchers = new Map<string, Watcher>()
  const troubled = new Map<string, string | null>()
  const retryAt = new Map<string, Microseconds>()
  const open = new Map<string, Alert>()
  let changedTwins = new Set<string>()
  let revision = -1
  let position: Microseconds | undefined
  let written = Number.NEGATIVE_INFINITY
  const stopHearing = board.listen(({ alert }) => { note(alert) })

  const note = (alert: Alert): void => {
    if ((open.get(alert.fingerprint)?.revision ?? 0) > alert.revision) return
    if (alert.state === 'RESOLVED') open.delete(alert.fingerprint)
    else open.set(alert.fingerprint, alert)
  }
  const apply = async (findings: readonly Finding[], position: Microseconds, rule?: StoredRule): Promise<void> => {
    const clock = now()
    if (findings.length === 0 && !rule && clock - written < positionEvery) return
    const found: Found[] = []
    for (const finding of findings) found.push(await complete(finding, config, rules.get(finding.subject.rule)))
    const changes = await alerts.apply(found, { position, rule })
    written = clock
    for (const { alert } of changes) note(alert)
    board.tell(changes)
  }

  const resume = async (): Promise<Microseconds> => {
    const from = await alerts.position() ?? await store.head()
    for (let after: string | undefined; ;) {
      const page = await alerts.open({ limit: alertsAtOnce, after })
      for (const alert of page) open.set(alert.fingerprint, alert)
      after = page.at(-1)?.id
      if (page.length < alertsAtOnce) break
    }
    changedTwins = new Set([...open.values()].flatMap(({ twin }) => twin ?? []))
    return from
  }

  const retire = (rule: string): readonly Finding[] => {
    watchers.get(rule)?.close()
    watchers.delete(rule)
    return [...open.values()].filter((alert) => alert.rule === rule).map((alert) => ({ kind: 'resolve', subject: alert, until: null, resolution: 'RULE_CHANGED' }))
  }
  const setTrouble = async (rule: StoredRule, error: unknown): Promise<void> => {
    const text = error === undefined ? null : error instanceof Error ? error.message : String(error)
    const known = troubled.has(rule.id) ? troubled.get(rule.id) ?? null : rule.trouble
    if (known === text) return
    await ruleStore.setTrouble(rule.id, text)
    troubled.set(rule.id, text)
    if (text !== null) onTrouble(error, `the rule ${rule.id} cannot be watched`)
  }
  /** Watches as the rules say by now. Alerts of rules that watch no more are resolved; of those that changed they are looked at anew. */
  const loadRules = async (upTo: Microseconds): Promise<readonly Finding[]> => {
    const latest = await ruleStore.revision()
    const again = [...retryAt].flatMap(([id, due]) => (due <= now() ? rules.get(id) ?? [] : []))
    for (const rule of again) {
      retryAt.delete(rule.id)
      await begin(rule, upTo)
    }
    if (latest === revision) return []
    const all = new Map((await ruleStore.all()).map((rule) => [rule.id, rule]))
    const findings: Finding[] = []
    let ahead = 0
    for (const id of new Set([...watchers.keys(), ...[...open.values()].map(({ rule }) => rule)])) if (!all.get(id)?.isEnabled) findings.push(...retire(id))
    for (const id of [...rules.keys()]) if (!all.has(id)) rules.delete(id)
    for (const rule of all.values()) {
      const isAhead = rule.isEnabled && rule.from > upTo // what was received before it was made is not judged by it
      if (!rule.isEnabled) retryAt.delete(rule.id)
      else if (isAhead) wake()
      else if (rules.get(rule.id)?.version !== rule.version || !(watchers.has(rule.id) || retryAt.has(rule.id))) await begin(rule, upTo)
      if (isAhead) ahead++
      else rules.set(rule.id, rule)
    }
    revision = ahead > 0 ? -1 : latest
    return findings
  }
  const begin = async (rule: StoredRule, upTo: Microseconds): Promise<void> => {
    watchers.get(rule.id)?.close()
    watchers.delete(rule.id)
    rules.set(rule.id, rule)
    const watcher = createWatcher(rule, wake)
    watchers.set(rule.id, watcher)
    if (rule.judged === rule.version) return
    const former = [...open.values()].filter((alert) => alert.rule === rule.id && !concerns(rule.when, alert.series))
    const found = await asking(rule, () => catchUp(rule, watcher, upTo))
    if (watchers.has(rule.id)) await apply([...former.map((alert) => ({ kind: 'resolve', subject: alert, until: null, resolution: 'RULE_CHANGED' } as const)), ...found], upTo, rule)
  }
  /** What was so when the rule was made, and what followed until the place where all others are. */
  const catchUp = async (rule: StoredRule, watcher: Watcher, upTo: Microseconds): Promise<readonly Finding[]> => {
    let from = Math.min(rule.from, upTo)
    const findings = [...await watcher.begin({ from, upTo: from, now: now() }, open)]
    while (from < upTo) {
      const page = await store.received(from, pageSize, { withoutRuns: true })
      const isLast = page.length < pageSize || (page.at(-1)?.receivedAt ?? upTo) >= upTo
      const to = isLast ? upTo : page.at(-1)?.receivedAt ?? upTo
      findings.push(...await watcher.hear({ readings: page.filter(({ receivedAt }) => receivedAt <= to), from, upTo: to, now: now() }, open))
      from = to
    }
    return findings
  }
  /** A rule that cannot be watched, as its filter fits the models no more or too many twins satisfy it, does not keep the others from it. It is tried again. */
  const asking = async (rule: StoredRule, ask: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> => {
    try {
      const findings = await ask()
      await setTrouble(rule, undefined)
      return findings
    } catch (error) {
      if (!(error instanceof Failure) || mayPass(error)) throw error
      await setTrouble(rule, error)
      watchers.get(rule.id)?.close()
      watchers.delete(rule.id)
      retryAt.set(rule.id, now() + retryEvery)
      return []
    }
  }

  const checkTwins = async (): Promise<readonly Finding[]> => {
    if (changedTwins.size === 0) return []
    const twins = changedTwins
    changedTwins = new Set()
    const about = [...open.values()].filter(({ twin }) => twin !== null && twins.has(twin))
    const there = await existing([...new Set(about.flatMap(({ twin }) => twin ?? []))])
    return about.filter(({ twin }) => twin !== null && !there.has(twin))
      .map((alert) => ({ kind: 'resolve', subject: alert, until: null, resolution: 'TWIN_GONE' }))
  }

  const hearPage = async (from: Microseconds): Promise<number> => {
    const head = await store.head()
    const readings = head > from ? await store.received(from, pageSize, { withoutRuns: true }) : []
    const upTo = readings.at(-1)?.receivedAt ?? Math.max(head, from)
    const findings: Finding[] = []
    for (const [id, watcher] of [...watchers]) {
      const rule = rules.get(id)
      if (rule) findings.push(...await asking(rule, () => watcher.hear({ readings, from, upTo, now: now() }, open)))
    }
    await apply(findings, upTo)
    position = upTo
    return readings.length
  }
  return {
    async round() {
      position ??= await resume()
      await apply([...await loadRules(position), ...await checkTwins()], position)
      let sum = 0
      for (let heard = pageSize; heard >= pageSize;) sum += heard = await hearPage(position)
      return sum
    },
    twinsChanged(ids) { for (const id of ids) changedTwins.add(id) },
    close() {
      stopHearing()
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}

/** A finding with what its rule says. */
export async function complete(finding: Finding, { affected }: Pick<EvaluatorConfig, 'affected'>, rule: StoredRule | undefined): Promise<Found> {
  const facts = rule ?? { name: finding.subject.rule, severity: 'WARNING' as const, labels: {}, annotations: {}, reopenWithin: 0, notify: [], then: [] } // of one that was deleted; nothing is raised
  return { ...finding, rule: facts, affected: finding.kind === 'raise' && rule ? await affected(finding.subject.twin, rule) : { twins: [], isComplete: true } }
}

/** Can an alert of the condition be about the series? That an action could not be done is about none of them. */
function concerns(when: Condition, series: string | null): boolean {
  if (series === actionSeries) return true
  switch (when.kind) {
    case 'ThresholdCondition': return series === (when.series ?? when.property)
    case 'MissingCondition': return series === when.series
    case 'DriftCondition': return series?.startsWith(`${driftNames[when.measure]}~`) === true
    case 'LiveCondition': return series === null
    case 'ScheduleCondition': return false
  }
}
