import type { Microseconds } from '../telemetry/reading.ts'
import type { TelemetryStore } from '../telemetry/telemetry-store.ts'
import type { Alert, Finding } from './alert.ts'
import type { AlertBoard } from './alert-board.ts'
import type { AlertStore, Found } from './alert-store.ts'
import type { StoredRule } from './rule.ts'
import type { RuleStore } from './rule-store.ts'
import type { Watcher } from './watcher.ts'

export interface EvaluatorConfig {
  readonly rules: Pick<RuleStore, 'all' | 'revision' | 'setJudged' | 'setTrouble'>
  readonly alerts: AlertStore
  readonly board: AlertBoard
  readonly store: Pick<TelemetryStore, 'received' | 'head'>
  /** Undefined: the rule is nothing to watch for. Throws the Failure that keeps it from being watched. */
  readonly createWatcher: (rule: StoredRule, wake: () => void) => Watcher | undefined
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

export function createEvaluator(config: EvaluatorConfig): Evaluator {
  const { rules: ruleStore, alerts, board, store, createWatcher, existing, now, wake, onTrouble } = config
  const rules = new Map<string, StoredRule>()
  const watchers = new Map<string, Watcher>()
  const troubled = new Map<string, string>()
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
  const apply = async (findings: readonly Finding[], upTo: Microseconds): Promise<void> => {
    const clock = now()
    if (findings.length === 0 && clock - written < positionEvery) return
    const found: Found[] = []
    for (const finding of findings) found.push(await complete(finding, config, rules))
    const changes = await alerts.apply(found, upTo)
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
    if ((troubled.get(rule.id) ?? null) === text) return
    await ruleStore.setTrouble(rule.id, text)
    if (text === null) troubled.delete(rule.id)
    else {
      troubled.set(rule.id, text)
      onTrouble(error, `the rule ${rule.id} cannot be watched`)
    }
  }
  /** Watches as the rules say by now. Alerts of rules that watch no more are resolved; of those that changed they are looked at anew. */
  const loadRules = async (upTo: Microseconds): Promise<readonly Finding[]> => {
    const latest = await ruleStore.revision()
    if (latest === revision) return []
    const all = new Map((await ruleStore.all()).map((rule) => [rule.id, rule]))
    const findings: Finding[] = []
    for (const id of new Set([...watchers.keys(), ...[...open.values()].map(({ rule }) => rule)])) if (!all.get(id)?.isEnabled) findings.push(...retire(id))
    for (const id of [...rules.keys()]) if (!all.has(id)) rules.delete(id)
    for (const rule of all.values()) {
      if (rule.isEnabled && (rules.get(rule.id)?.version !== rule.version || !watchers.has(rule.id))) findings.push(...await begin(rule, upTo))
      rules.set(rule.id, rule)
    }
    revision = latest
    return findings
  }
  const begin = async (rule: StoredRule, upTo: Microseconds): Promise<readonly Finding[]> => {
    watchers.get(rule.id)?.close()
    watchers.delete(rule.id)
    rules.set(rule.id, rule)
    const watcher = createWatcher(rule, wake)
    if (!watcher) return []
    watchers.set(rule.id, watcher)
    if (rule.judged === rule.version) return []
    const findings = await watcher.begin({ from: upTo, upTo, now: now() }, open)
    await apply(findings, upTo)
    await ruleStore.setJudged(rule.id, rule.version)
    await setTrouble(rule, undefined)
    return []
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
    for (const watcher of watchers.values()) findings.push(...await watcher.hear({ readings, from, upTo, now: now() }, open))
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

async function complete(finding: Finding, { affected }: EvaluatorConfig, rules: ReadonlyMap<string, StoredRule>): Promise<Found> {
  const rule = rules.get(finding.subject.rule)
  const facts = rule ?? { name: finding.subject.rule, severity: 'WARNING' as const, labels: {}, annotations: {}, reopenWithin: 0, notify: [], then: [] } // of one that was deleted; nothing is raised
  return { ...finding, rule: facts, affected: finding.kind === 'raise' && rule ? await affected(finding.subject.twin, rule) : { twins: [], isComplete: true } }
}
