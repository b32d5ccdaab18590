import type { Microseconds, SeriesKey } from '../telemetry/reading.ts'
import type { Received, TelemetryStore } from '../telemetry/telemetry-store.ts'
import type { TwinDirectory } from '../telemetry/twin-directory.ts'
import { type Finding, fingerprintOf, type Subject } from './alert.ts'
import { inactive, isRaised, type Phase, step } from './judge.ts'
import { shownSilence } from './messages.ts'
import type { PendingStore } from './pending-store.ts'
import type { MissingCondition, StoredRule } from './rule.ts'
import type { TwinWatch } from './twin-watch.ts'
import type { OpenAlerts, Watcher } from './watcher.ts'

export interface MissingWatcherConfig {
  readonly rule: StoredRule
  readonly condition: MissingCondition
  /** Of a model's twins; undefined: they are named. */
  readonly watch: TwinWatch | undefined
  readonly directory: Pick<TwinDirectory, 'prepare' | 'channelsOf'>
  readonly store: Pick<TelemetryStore, 'latest'>
  /** Since when twins are waited for that were never heard of. */
  readonly pending: PendingStore
  /** Of these twins, those that there are. */
  readonly existing: (twins: readonly string[]) => Promise<ReadonlySet<string>>
}

interface Listened {
  readonly twin: string
  readonly key: SeriesKey
  /** Or, where it never was, since when it is waited for. */
  heardAt: Microseconds
  isHeard: boolean
  /** The first word after it was silent. */
  backAt: Microseconds | undefined
  phase: Phase
}

/** After a start devices have so long, or as long as the rule gives them, to be heard of: while nobody listened, nobody was silent. */
const graceUs = 60_000_000
const portion = 1_000

/**
 * Judges silence by the clock and by receipt: what counts is that something comes, whatever instant it is of. Clocks of devices may be wrong; and what is sent late, all at
 * once, is a sign of life as well.
 */
export function createMissingWatcher({ rule, condition, watch, directory, store, pending, existing }: MissingWatcherConfig): Watcher {
  const { of, series, after } = condition
  const listened = new Map<string, Listened>()
  const byKey = new Map<string, Listened>()
  let wanted: Set<string> | undefined = of.twins === null ? undefined : new Set(of.twins)
  let beganAt: Microseconds | undefined
  let waitedFor: ReadonlyMap<string, Microseconds> | undefined
  let isKept = true

  const subjectOf = (twin: string): Subject => ({ rule: rule.id, twin, series })
  const keyText = ({ twin, name }: Pick<SeriesKey, 'twin' | 'name'>): string => JSON.stringify([twin, name])
  const takeEvents = (): void => {
    for (const event of watch?.take() ?? []) {
      if (event.kind === 'reset') wanted = undefined
      else if (event.kind === 'ready') wanted ??= new Set()
      else if (event.kind === 'in') (wanted ??= new Set()).add(event.twin)
      else wanted?.delete(event.twin)
    }
  }
  /** Who is to be heard of by now; answers the alerts of those who are not any more. */
  const look = async (now: Microseconds, open: OpenAlerts): Promise<readonly Finding[]> => {
    takeEvents()
    if (!wanted) return []
    waitedFor ??= new Map((await pending.find(rule.id, rule.version)).map(({ twin, since }) => [twin, since]))
    const gone = [...listened.values()].filter(({ twin }) => !wanted?.has(twin))
    for (const { twin, key, isHeard } of gone) {
      isKept &&= isHeard
      listened.delete(twin)
      byKey.delete(keyText(key))
    }
    const fresh = [...wanted].filter((twin) => !listened.has(twin))
    for (let at = 0; at < fresh.length; at += portion) await add(fresh.slice(at, at + portion), now, open)
    const left = new Set(gone.map(({ twin }) => twin))
    return [...open.values()].filter((alert) => alert.twin !== null && (left.has(alert.twin) || !wanted?.has(alert.twin)))
      .map((alert) => ({ kind: 'resolve', subject: alert, until: null, resolution: 'TWIN_GONE' }))
  }
  const add = async (twins: readonly string[], now: Microseconds, open: OpenAlerts): Promise<void> => {
    await directory.prepare(twins)
    const found = twins.flatMap((twin) => {
      const key = directory.channelsOf(twin)?.find(series)?.series
      return key ? [{ twin, key }] : []
    })
    const latest = await store.latest(found.map(({ key }) => key))
    for (const [index, { twin, key }] of found.entries()) {
      const alert = open.get(fingerprintOf(subjectOf(twin)))
      const each: Listened = { twin, key, heardAt: latest[index]?.receivedAt ?? waitedFor?.get(twin) ?? now, isHeard: latest[index] !== undefined, backAt: undefined, phase: alert ? { kind: 'FIRING', since: alert.since, firedAt: alert.evidence.at } : inactive }
      if (alert && !latest[index]) each.heardAt = alert.since - after
      isKept &&= each.isHeard || waitedFor?.has(twin) === true
      listened.set(twin, each)
      byKey.set(keyText(key), each)
    }
  }
  const note = (readings: readonly Received[]): void => {
    for (const { series: key, receivedAt } of readings) {
      const heard = key.source === 'MEASURED' ? byKey.get(keyText(key)) : undefined
      if (!heard) continue
      isKept &&= heard.isHeard
      heard.heardAt = Math.max(heard.heardAt, receivedAt)
      heard.isHeard = true
      if (heard.phase.kind === 'FIRING') heard.backAt ??= receivedAt
    }
  }
  const judge = (each: Listened, now: Microseconds): Finding | undefined => {
    const { twin, heardAt, backAt, phase: from } = each
    const isSilent = now - heardAt > after + rule.for && (isRaised(from) || now - (beganAt ?? now) >= Math.min(after, graceUs))
    const to = step(from, now, isSilent ? 'BEYOND' : 'CLEAR', { for: 0, keepFor: rule.keepFor })
    if (isSilent || !isRaised(to)) each.backAt = undefined
    each.phase = isRaised(to) && !isRaised(from) ? { kind: 'FIRING', since: heardAt + after, firedAt: now } : to
    if (isRaised(from) === isRaised(to)) return undefined
    const subject = subjectOf(twin)
    if (!isRaised(to)) return { kind: 'resolve', subject, until: backAt ?? heardAt, resolution: 'CLEARED' }
    const evidence = { at: now, value: null, limit: null, origin: null, run: null, contributions: [] }
    return { kind: 'raise', subject, since: heardAt + after, evidence, message: shownSilence(subject, heardAt) }
  }
  /** Of a twin that was deleted nobody is to hear; where there is one of its name again, it has its time to be heard of. */
  const withoutGone = async (findings: readonly Finding[], now: Microseconds): Promise<readonly Finding[]> => {
    const raised = findings.flatMap(({ kind, subject: { twin } }) => (kind === 'raise' && twin !== null ? [twin] : []))
    const there = new Set<string>()
    for (let at = 0; at < raised.length; at += portion) for (const twin of await existing(raised.slice(at, at + portion))) there.add(twin)
    return findings.filter(({ kind, subject: { twin } }) => {
      const each = kind === 'raise' && twin !== null && !there.has(twin) ? listened.get(twin) : undefined
      if (each) [each.phase, each.heardAt] = [inactive, now]
      return !each
    })
  }
  return {
    begin: () => Promise.resolve([]),
    async hear({ readings, now }, open) {
      beganAt ??= now
      const gone = await look(now, open)
      note(readings)
      return [...gone, ...await withoutGone([...listened.values()].flatMap((each) => judge(each, now) ?? []), now)]
    },
    async applied() {
      if (isKept) return
      isKept = true
      await pending.put(rule.id, rule.version, [...listened.values()].flatMap(({ twin, heardAt, isHeard }) => (isHeard ? [] : [{ twin, since: heardAt }])))
    },
    close: () => { watch?.close() },
  }
}
