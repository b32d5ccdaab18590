import type { Microseconds, SeriesKey } from '../telemetry/reading.ts'
import type { Received, TelemetryStore } from '../telemetry/telemetry-store.ts'
import type { TwinDirectory } from '../telemetry/twin-directory.ts'
import { type Finding, fingerprintOf, type Subject } from './alert.ts'
import { inactive, isRaised, type Phase, step } from './judge.ts'
import { shownSilence } from './messages.ts'
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
}

interface Listened {
  readonly twin: string
  readonly key: SeriesKey
  heardAt: Microseconds
  phase: Phase
}

/** After a start devices have so long, or as long as the rule gives them, to be heard of: while nobody listened, nobody was silent. */
const graceUs = 60_000_000
const portion = 1_000

/**
 * Judges silence by the clock and by receipt: what counts is that something comes, whatever instant it is of. Clocks of devices may be wrong; and what is sent late, all at
 * once, is a sign of life as well.
 */
export function createMissingWatcher({ rule, condition, watch, directory, store }: MissingWatcherConfig): Watcher {
  const { of, series, after } = condition
  const listened = new Map<string, Listened>()
  const byKey = new Map<string, Listened>()
  let wanted: Set<string> | undefined = of.twins === null ? undefined : new Set(of.twins)
  let beganAt: Microseconds | undefined

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
    const gone = [...listened.values()].filter(({ twin }) => !wanted?.has(twin))
    for (const { twin, key } of gone) {
      listened.delete(twin)
      byKey.delete(keyText(key))
    }
    const fresh = [...wanted].filter((twin) => !listened.has(twin))
    for (let at = 0; at < fresh.length; at += portion) await add(fresh.slice(at, at + portion), now, open)
    const left = new Set(gone.map(({ twin }) => twin))
    return [...open.values()].filter((alert) => alert.rule === rule.id && alert.twin !== null && (left.has(alert.twin) || !wanted?.has(alert.twin)))
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
      const each: Listened = { twin, key, heardAt: latest[index]?.receivedAt ?? now, phase: alert ? { kind: 'FIRING', since: alert.since, firedAt: alert.evidence.at } : inactive }
      if (alert && !latest[index]) each.heardAt = alert.since - after // it never was heard of
      listened.set(twin, each)
      byKey.set(keyText(key), each)
    }
  }
  const note = (readings: readonly Received[]): void => {
    for (const { series: key, receivedAt } of readings) {
      const heard = key.source === 'MEASURED' ? byKey.get(keyText(key)) : undefined
      if (heard) heard.heardAt = Math.max(heard.heardAt, receivedAt)
    }
  }
  const judge = (each: Listened, now: Microseconds): Finding | undefined => {
    const { twin, heardAt, phase: from } = each
    const isSilent = now - heardAt > after + rule.for && (isRaised(from) || now - (beganAt ?? now) >= Math.min(after, graceUs))
    const to = step(from, now, isSilent ? 'BEYOND' : 'CLEAR', { for: 0, keepFor: rule.keepFor })
    each.phase = isRaised(to) && !isRaised(from) ? { kind: 'FIRING', since: heardAt + after, firedAt: now } : to
    if (isRaised(from) === isRaised(to)) return undefined
    const subject = subjectOf(twin)
    if (!isRaised(to)) return { kind: 'resolve', subject, until: heardAt, resolution: 'CLEARED' }
    const evidence = { at: now, value: null, limit: null, origin: null, run: null, contributions: [] }
    return { kind: 'raise', subject, since: heardAt + after, evidence, message: shownSilence(subject, heardAt) }
  }
  return {
    begin: () => Promise.resolve([]),
    async hear({ readings, now }, open) {
      beganAt ??= now
      const gone = await look(now, open)
      note(readings)
      return [...gone, ...[...listened.values()].flatMap((each) => judge(each, now) ?? [])]
    },
    close: () => { watch?.close() },
  }
}
