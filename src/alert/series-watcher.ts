import { failure } from '../errors.ts'
import { runOfOrigin } from '../prediction/prediction-series.ts'
import type { Microseconds, Quality, Reading, SeriesKey, SeriesValue } from '../telemetry/reading.ts'
import { seriesKeyText } from '../telemetry/reading.ts'
import type { Received, TelemetryStore } from '../telemetry/telemetry-store.ts'
import { type Finding, fingerprintOf } from './alert.ts'
import type { FindContributions } from './contributions.ts'
import { isRaised, levelOf, type Patience } from './judge.ts'
import { type Limits, type StoredRule, type ThresholdCondition } from './rule.ts'
import type { SeriesOfRule } from './series-of-rule.ts'
import { shownReading } from './messages.ts'
import { advance, correct, emptyTrack, type Leveled, type Track, type Turn } from './track.ts'
import type { OpenAlerts, Watcher } from './watcher.ts'
import { type Valued, windowed } from './windowed.ts'

export interface SeriesWatcherConfig {
  readonly rule: StoredRule
  readonly limits: Limits
  readonly over: ThresholdCondition['over']
  /** Of predictions; undefined: it is about what nobody predicts. */
  readonly contributions: FindContributions | undefined
  readonly series: SeriesOfRule
  readonly store: Pick<TelemetryStore, 'readings' | 'latest'>
}

interface Tracked {
  readonly key: SeriesKey
  track: Track
}

/** How late a reading may come, behind the last one of its series by event time, and still be judged; as much longer as the rule's own times are. */
const lateness = 3_600_000_000
/** Forecasts say again what they said of instants that are still to come, from the furthest one back to the present. */
const revision = 31 * 86_400_000_000
/** A window, and what is read at once of a series, has at most so many readings. */
const mostReadings = 1_000_000
/** Readings of a series that are read at once, series that are looked up together, and series that are remembered. */
const [pageSize, portion, mostTracks] = [5_000, 500, 500_000]

/** Judges readings as they are received: by their own instants, in whatever order they come. */
export function createSeriesWatcher({ rule, limits, over, contributions, series, store }: SeriesWatcherConfig): Watcher {
  const patience: Patience = { for: rule.for, keepFor: rule.keepFor }
  const memory = (contributions ? revision : lateness) + rule.for + rule.keepFor + (over?.window ?? 0)
  const tracks = new Map<string, Tracked>()
  let isFirst = true

  const levels = (values: readonly Valued[]): readonly Leveled[] => values.map(({ at, value }) => ({ at, level: levelOf(value, limits) }))
  /** Values that are judged, of instants from `from` to `to`, as was known then. */
  const read = async (key: SeriesKey, from: Microseconds, to: Microseconds, knownUntil: Microseconds): Promise<readonly Valued[]> => {
    const found: Valued[] = []
    const range = { from: from - (over ? over.window : 0), to: to + 1 }
    for (let after: Microseconds | undefined; ;) {
      const [page = []] = await store.readings([key], range, { first: pageSize, after, knownUntil })
      found.push(...page.flatMap(toValued))
      if (found.length > mostReadings) throw failure('LIST_TOO_LONG', { message: `${key.name} of ${key.twin} has more than ${mostReadings.toLocaleString('en')} readings in a window of the rule. Make the window shorter, or thin the readings out.` })
      after = page.at(-1)?.at
      if (page.length < pageSize) return over ? windowed(found, over, from) : found
    }
  }

  /** Tracks as of the place, and whether each is told of. */
  const load = async (keys: readonly SeriesKey[], knownUntil: Microseconds, open: OpenAlerts): Promise<void> => {
    for (let at = 0; at < keys.length; at += portion) {
      const some = keys.slice(at, at + portion)
      const latest = await store.latest(some, { knownUntil })
      for (const [index, key] of some.entries()) tracks.set(seriesKeyText(key), { key, track: await trackOf(key, latest[index], knownUntil, open) })
    }
  }
  const trackOf = async (key: SeriesKey, latest: Reading | undefined, knownUntil: Microseconds, open: OpenAlerts): Promise<Track> => {
    if (!latest) return emptyTrack()
    const from = latest.at - memory
    const alert = open.get(fingerprintOf(series.subjectOf(key)))
    const before = alert && alert.since < from ? { kind: 'FIRING' as const, since: alert.since, firedAt: alert.evidence.at } : undefined
    return advance(emptyTrack(before, from - 1), levels(await read(key, from, latest.at, knownUntil)), patience, memory).track
  }

  const judge = async ({ key, track }: Tracked, received: readonly Received[], upTo: Microseconds): Promise<{ readonly track: Track; readonly turns: readonly Turn[] }> => {
    const byTime = new Map(received.toSorted((a, b) => a.at - b.at).map((reading) => [reading.at, reading])) // of one instant the last word
    const instants = [...byTime.keys()]
    const late = instants.find((at) => at <= track.watermark && at > track.floor)
    const turns: Turn[] = []
    if (late !== undefined) {
      const corrected = correct(track, late, levels(await read(key, late, track.watermark, upTo)), patience)
      track = corrected.track
      turns.push(...corrected.turns)
    }
    const fresh = instants.filter((at) => at > track.watermark)
    const [first] = fresh
    if (first === undefined) return { track, turns }
    const values = over ? await read(key, first, fresh.at(-1) ?? first, upTo) : fresh.flatMap((at) => toValued(byTime.get(at) as Received))
    const advanced = advance(track, levels(values), patience, memory)
    return { track: advanced.track, turns: [...turns, ...advanced.turns] }
  }

  const toFinding = async (key: SeriesKey, turn: Turn, knownUntil: Microseconds): Promise<Finding> => {
    const subject = series.subjectOf(key)
    if (!isRaised(turn.to)) return { kind: 'resolve', subject, until: endOf(turn), resolution: turn.isCorrected ? 'CORRECTED' : 'CLEARED' }
    const { since, firedAt } = turn.to
    const [[reading] = []] = await store.readings([key], { from: firedAt, to: firedAt + 1 }, { first: 1, knownUntil })
    const [value] = reading && over ? await read(key, firedAt, firedAt, knownUntil) : reading ? toValued(reading) : []
    const run = contributions && runOfOrigin(reading?.origin ?? null)
    const parts = run === undefined ? undefined : await contributions?.(key, firedAt, { run, knownUntil })
    const evidence = { at: firedAt, value: value?.value ?? null, limit: limits.limit, origin: reading?.origin ?? null, run: run ?? null, contributions: parts ?? [] }
    return { kind: 'raise', subject, since, evidence, message: shownReading(subject, evidence, limits, since), isBelated: turn.isCorrected || turn.isBelated === true }
  }
  /** What is so as of the place, where it is not what was told. */
  const compare = async (keys: readonly SeriesKey[], upTo: Microseconds, open: OpenAlerts, resolution: Resolved): Promise<readonly Finding[]> => {
    const findings: Finding[] = []
    for (let at = 0; at < keys.length; at += portion) {
      const some = keys.slice(at, at + portion)
      await load(some, upTo, open)
      for (const key of some) {
        const track = tracks.get(seriesKeyText(key))?.track
        const alert = open.get(fingerprintOf(series.subjectOf(key)))
        if (!track) continue
        const { phase } = track
        if (isRaised(phase)) {
          if (!alert) findings.push(await toFinding(key, { at: phase.firedAt, from: phase, to: phase, isCorrected: false, isBelated: true }, upTo))
        } else if (alert) findings.push({ kind: 'resolve', subject: series.subjectOf(key), until: resolution === 'CLEARED' ? track.changes.at(-1)?.at ?? null : null, resolution })
      }
    }
    return findings
  }

  /** Alerts of twins that are none of the rule's any more, and of those that came to be and are beyond the limit. */
  const findMoved = async (from: Microseconds, open: OpenAlerts): Promise<readonly Finding[]> => {
    const moved = await series.moved(isFirst ? [...open.values()].flatMap(({ twin }) => twin ?? []) : [])
    isFirst = false
    const strangers = new Set(moved.strangers)
    const entered = await compare(moved.entered, from, open, 'CLEARED')
    if (strangers.size === 0) return entered
    for (const [text, { key }] of tracks) if (strangers.has(series.subjectOf(key).twin ?? '')) tracks.delete(text)
    const gone = [...open.values()].filter(({ twin }) => twin !== null && strangers.has(twin))
    return [...gone.map((alert) => ({ kind: 'resolve', subject: alert, until: null, resolution: 'TWIN_GONE' } as const)), ...entered]
  }

  return {
    begin: async ({ upTo, isResumed }, open) => await compare(await series.all(), upTo, open, isResumed ? 'CLEARED' : 'RULE_CHANGED'),
    async hear({ readings, from, upTo }, open) {
      const moved = await findMoved(from, open)
      const mine = await series.choose(readings)
      if (tracks.size > mostTracks) tracks.clear() // they are read again
      await load([...mine].filter(([text]) => !tracks.has(text)).map(([, { key }]) => key), from, open)
      const findings: Finding[] = [...moved]
      for (const [text, { key, readings: received }] of mine) {
        const tracked = tracks.get(text)
        if (!tracked) continue
        const { track, turns } = await judge(tracked, received, upTo)
        tracked.track = track
        for (const turn of turns) findings.push(await toFinding(key, turn, upTo))
      }
      return findings
    },
    close: series.close,
  }
}

type Resolved = Extract<Finding, { readonly kind: 'resolve' }>['resolution']

/** When it was over. */
const endOf = ({ at, from }: Turn): Microseconds => (from.kind === 'CLEARING' ? from.clearSince : at)

/** Numbers, and true and false as 1 and 0; readings of quality BAD say nothing. */
const toValued = ({ at, value, quality }: { readonly at: Microseconds; readonly value: SeriesValue; readonly quality: Quality }): readonly Valued[] =>
  (quality === 'BAD' || typeof value === 'string' ? [] : [{ at, value: Number(value) }])
