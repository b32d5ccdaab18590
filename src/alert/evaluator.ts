import { Failure, failure } from '../errors.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { TelemetryStore } from '../telemetry/telemetry-store.ts'
import type { Alert, Finding } from './alert.ts'
import type { AlertBoard } from './alert-board.ts'
import type { AlertStore, Found, Judged } from './alert-store.ts'
import { completeAll, type CompletingConfig } from './complete-findings.ts'
import { createOpenIndex } from './open-index.ts'
import { isEverybodys } from './outage.ts'
import type { Condition, StoredRule } from './rule.ts'
import { driftNames } from './series-of-rule.ts'
import { actionSeries } from './task.ts'
import type { RuleStore } from './rule-store.ts'
import type { Watcher } from './watcher.ts'

export interface EvaluatorConfig extends CompletingConfig {
  readonly rules: Pick<RuleStore, 'all' | 'revision' | 'setTrouble'>
  readonly alerts: Pick<AlertStore, 'apply' | 'open' | 'position'>
  readonly board: AlertBoard
  readonly store: Pick<TelemetryStore, 'received' | 'head'>
  readonly createWatcher: (rule: StoredRule, wake: () => void) => Watcher
  /** Of these twins, those that there are. */
  readonly existing: (twins: readonly string[]) => Promise<ReadonlySet<string>>
  readonly now: () => Microseconds
  readonly wake: () => void
}

/** Judges for a tenant, from where the one before left off. Of all processes one does at a time. */
export interface Evaluator {
  /** Everything there is by now, page by page as long as it may stay; resolves to how many readings were judged. Where it fails, this one is of no use any more: begin another. */
  round(mayStay: () => Promise<boolean>): Promise<number>
  /** Twins that were deleted, or may be of other rules by now; undefined: nobody knows which. */
  twinsChanged(ids: Iterable<string> | undefined): void
  close(): void
}

const [pageSize, alertsAtOnce, twinsAtOnce] = [5_000, 1_000, 1_000]
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
  const open = createOpenIndex()
  /** Of the round before those are asked for once more: what it judged may be of before they were deleted. */
  let [changed, changedBefore] = [new Set<string>(), new Set<string>()]
  let isEveryTwinAsked = true
  let revision = -1
  let position: Microseconds | undefined
  /** What the store has as the position: nobody else writes it while this one judges. */
  let written: Microseconds | null = null
  let writtenAt = Number.NEGATIVE_INFINITY
  let isClosed = false
  const stopHearing = board.listen(({ alert }) => { open.note(alert) })

  const put = async (found: readonly Found[], judged: Judged): Promise<void> => {
    const changes = await alerts.apply(found, judged)
    for (const { alert } of changes) open.note(alert)
    board.tell(changes)
  }
  const apply = async (findings: readonly Finding[], upTo: Microseconds, rule?: StoredRule): Promise<void> => {
    const clock = now()
    if (findings.length === 0 && !rule && clock - writtenAt < positionEvery) return
    let last: readonly Found[] = []
    for await (const portion of completeAll(findings, ({ subject }) => open.has(subject), (id) => rules.get(id), config)) {
      if (last.length > 0) await put(last, { from: written })
      last = portion
    }
    await put(last, { from: written, position: upTo, rule })
    ;[written, writtenAt] = [upTo, clock]
    for (const watcher of watchers.values()) await watcher.applied?.()
  }

  const resume = async (): Promise<Microseconds> => {
    written = await alerts.position() ?? null
    for (let after: string | undefined; ;) {
      const page = await alerts.open({ limit: alertsAtOnce, after })
      for (const alert of page) open.note(alert)
      after = page.at(-1)?.id
      if (page.length < alertsAtOnce) break
    }
    return written ?? await store.head()
  }

  const forgetWatcher = (rule: string): void => {
    watchers.get(rule)?.close()
    watchers.delete(rule)
    retryAt.delete(rule)
  }
  const retire = (rule: string): readonly Finding[] => {
    forgetWatcher(rule)
    return [...open.of(rule).values()].map(changedRule)
  }
  const setTrouble = async (rule: StoredRule, error: unknown): Promise<void> => {
    const text = error === undefined ? null : error instanceof Failure ? error.message : 'It cannot be judged; the log of the server says why.'
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
    if (latest === revision) {
      for (const rule of again) await begin(rule, upTo, true)
      return []
    }
    const all = new Map((await ruleStore.all()).map((rule) => [rule.id, rule]))
    const findings = [...new Set([...watchers.keys(), ...open.rules()])].flatMap((id) => (all.get(id)?.isEnabled ? [] : retire(id)))
    for (const id of [...rules.keys()]) if (!all.has(id)) rules.delete(id)
    let ahead = 0
    for (const rule of all.values()) {
      if (rule.isEnabled && rule.from > upTo) { // what was received before it was made is not judged by it
        ahead++
        wake()
        continue
      }
      const known = rules.get(rule.id)
      const isSame = known?.version === rule.version && known.createdAt === rule.createdAt
      if (!isSame) troubled.delete(rule.id) // the store has forgotten it, too
      if (!rule.isEnabled) retryAt.delete(rule.id)
      else if (!isSame || !(watchers.has(rule.id) || retryAt.has(rule.id))) await begin(rule, upTo, false)
      else if (again.includes(known)) await begin(rule, upTo, true)
      if (!isSame && !rules.has(rule.id)) rules.set(rule.id, rule)
    }
    revision = ahead > 0 ? -1 : latest
    return findings
  }
  /** One that was in trouble goes on at the present: what is so by now is told, what was so meanwhile and is over is not. */
  const begin = async (rule: StoredRule, upTo: Microseconds, isRetry: boolean): Promise<void> => {
    forgetWatcher(rule.id)
    rules.set(rule.id, rule)
    const watcher = createWatcher(rule, wake)
    watchers.set(rule.id, watcher)
    const isJudged = rule.judged === rule.version
    if (isJudged && rule.trouble === null && !isRetry) return
    const mine = open.of(rule.id)
    const former = [...mine.values()].filter(({ series }) => !concerns(rule.when, series))
    const found = await asking(rule, () => (isJudged ? watcher.begin({ from: upTo, upTo, now: now(), isResumed: true }, mine) : catchUp(rule, watcher, upTo)))
    if (!watchers.has(rule.id)) return
    await apply([...former.map(changedRule), ...found], upTo, isJudged ? undefined : rule)
    rules.set(rule.id, { ...rule, judged: rule.version, trouble: null })
  }
  /** What was so when the rule was made, and what followed until the place where all others are. */
  const catchUp = async (rule: StoredRule, watcher: Watcher, upTo: Microseconds): Promise<readonly Finding[]> => {
    let from = Math.min(rule.from, upTo)
    const findings = [...await watcher.begin({ from, upTo: from, now: now(), isResumed: false }, open.of(rule.id))]
    while (from < upTo) {
      if (isClosed) throw failure('SHUTTING_DOWN')
      const page = await store.received(from, pageSize, { withoutRuns: true })
      const isLast = page.length < pageSize || (page.at(-1)?.receivedAt ?? upTo) >= upTo
      const to = isLast ? upTo : page.at(-1)?.receivedAt ?? upTo
      findings.push(...await watcher.hear({ readings: page.filter(({ receivedAt }) => receivedAt <= to), from, upTo: to, now: now() }, open.of(rule.id)))
      from = to
    }
    return findings
  }
  /** A rule that cannot be watched, as its filter fits the models no more, or what it asks takes too long, does not keep the others from it. It is tried again. */
  const asking = async (rule: StoredRule, ask: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> => {
    try {
      const findings = await ask()
      await setTrouble(rule, undefined)
      return findings
    } catch (error) {
      if (isEverybodys(error) || isClosed) throw error
      await setTrouble(rule, error)
      forgetWatcher(rule.id)
      retryAt.set(rule.id, now() + retryEvery)
      return []
    }
  }

  const checkTwins = async (): Promise<readonly Finding[]> => {
    const asked = isEveryTwinAsked ? undefined : new Set([...changed, ...changedBefore])
    ;[changedBefore, changed, isEveryTwinAsked] = [changed, new Set(), false]
    if (asked?.size === 0) return []
    const isOfTwins = (rule: string): boolean => rules.has(rule) && rules.get(rule)?.when.kind !== 'DriftCondition' // what drifts is a predictor
    const about = open.all().filter(({ twin, rule }) => twin !== null && (!asked || asked.has(twin)) && isOfTwins(rule))
    const twins = [...new Set(about.flatMap(({ twin }) => twin ?? []))]
    const there = new Set<string>()
    for (let at = 0; at < twins.length; at += twinsAtOnce) for (const twin of await existing(twins.slice(at, at + twinsAtOnce))) there.add(twin)
    return about.filter(({ twin }) => twin !== null && !there.has(twin)).map((alert) => ({ kind: 'resolve', subject: alert, until: null, resolution: 'TWIN_GONE' }))
  }

  const hearPage = async (from: Microseconds): Promise<number> => {
    const head = await store.head()
    const readings = head > from ? await store.received(from, pageSize, { withoutRuns: true }) : []
    const upTo = readings.at(-1)?.receivedAt ?? Math.max(head, from)
    const findings: Finding[] = []
    for (const [id, watcher] of [...watchers]) {
      const rule = rules.get(id)
      if (rule) findings.push(...await asking(rule, () => watcher.hear({ readings, from, upTo, now: now() }, open.of(id))))
    }
    await apply(findings, upTo)
    position = upTo
    return readings.length
  }
  return {
    async round(mayStay) {
      position ??= await resume()
      await apply([...await loadRules(position), ...await checkTwins()], position)
      let sum = 0
      for (let heard = pageSize; heard >= pageSize && await mayStay();) sum += heard = await hearPage(position)
      return sum
    },
    twinsChanged(ids) {
      if (!ids) isEveryTwinAsked = true
      else for (const id of ids) changed.add(id)
    },
    close() {
      isClosed = true
      stopHearing()
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}

const changedRule = (alert: Alert): Finding => ({ kind: 'resolve', subject: alert, until: null, resolution: 'RULE_CHANGED' })

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
