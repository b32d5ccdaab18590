import type { Microseconds } from '../telemetry/reading.ts'
import { inactive, isRaised, type Level, type Patience, type Phase, step } from './judge.ts'

/** A level, and the instant of which it is. */
export interface Leveled {
  readonly at: Microseconds
  readonly level: Level
}

/**
 * How one series stood and stands: the phase as of its last reading by event time, and those before it as far back as late readings are taken. Whatever the order in
 * which readings come, the phase is the one that `step` gives over all of them in the order of their instants.
 */
export interface Track {
  /** The instant of the last reading. */
  readonly watermark: Microseconds
  readonly phase: Phase
  /** Changes of the phase, in order; before the first of them nothing is known. */
  readonly changes: readonly { readonly at: Microseconds; readonly phase: Phase }[]
  /** Readings up to here are too late to be judged. */
  readonly floor: Microseconds
}

/** A phase that is not raised became one that is, or the other way round. `isCorrected`: readings that came late say that what was told was not so, or is so after all. */
export interface Turn {
  readonly at: Microseconds
  readonly from: Phase
  readonly to: Phase
  readonly isCorrected: boolean
  /** It is of before what was told last. */
  readonly isBelated?: boolean
}

/** Changes of a phase that are remembered. A series that changes more often forgets sooner. */
const mostChanges = 256

/** A track of which `phase` held before its first reading. */
export const emptyTrack = (phase: Phase = inactive, floor = Number.NEGATIVE_INFINITY): Track => ({ watermark: floor, phase, changes: [{ at: floor, phase }], floor })

/** Readings behind the last one, in order of time. */
export function advance(track: Track, levels: readonly Leveled[], patience: Patience, lateness: Microseconds): { readonly track: Track; readonly turns: readonly Turn[] } {
  let { watermark, phase } = track
  const changes = [...track.changes]
  const turns: Turn[] = []
  for (const { at, level } of levels) {
    const next = step(phase, at, level, patience)
    watermark = at
    if (next === phase) continue
    if (isRaised(next) !== isRaised(phase)) turns.push({ at, from: phase, to: next, isCorrected: false })
    changes.push({ at, phase: next })
    phase = next
  }
  return { track: trimmed({ watermark, phase, changes, floor: track.floor }, lateness), turns }
}

/** What was known before the instant: where judging begins anew when a reading comes late. */
export function rewind(track: Track, to: Microseconds): Track {
  const changes = track.changes.filter(({ at }, index) => index === 0 || at < to)
  const { phase } = changes.at(-1) ?? { phase: inactive }
  return { watermark: track.floor, phase, changes, floor: track.floor }
}

/**
 * After late readings: the track as it is with them, up to the same instant, and how it turned by them. What is raised but should not be is over; what should be but is not
 * is raised; and, where nothing is raised, what was so for a while and is over by now, without anybody having been told, is told from its beginning to its end.
 */
export function correct(track: Track, from: Microseconds, levels: readonly Leveled[], patience: Patience): { readonly track: Track; readonly turns: readonly Turn[] } {
  const before = rewind(track, from)
  const { track: anew, turns } = advance(before, levels, patience, Number.POSITIVE_INFINITY)
  const corrected = { ...anew, watermark: track.watermark }
  if (isRaised(track.phase)) return { track: corrected, turns: isRaised(anew.phase) ? [] : [endOf(turns, track.phase.since) ?? { at: track.watermark, from: track.phase, to: anew.phase, isCorrected: true }] }
  const told = episodesOf(track.changes)
  const untold = turns.flatMap((turn, index): readonly Turn[] => {
    const end = turns[index + 1]
    const { to } = turn
    return end && isRaised(to) && !told.some(({ since, until }) => to.since < until && since < end.at) ? [{ ...turn, isBelated: true }, end] : []
  })
  return { track: corrected, turns: isRaised(anew.phase) ? [...untold, { at: anew.phase.firedAt, from: track.phase, to: anew.phase, isCorrected: true }] : untold }
}

/** How what was so since then came to its end, if it was so at all. */
const endOf = (turns: readonly Turn[], since: Microseconds): Turn | undefined => turns.findLast(({ at, to }) => !isRaised(to) && at > since)

/** What was raised and is over, by the changes of a phase. */
function episodesOf(changes: Track['changes']): readonly { readonly since: Microseconds; readonly until: Microseconds }[] {
  const found: { readonly since: Microseconds; readonly until: Microseconds }[] = []
  for (const [index, { at, phase }] of changes.entries()) {
    const former = changes[index - 1]?.phase
    if (former && isRaised(former) && !isRaised(phase)) found.push({ since: former.since, until: at })
  }
  return found
}

function trimmed(track: Track, lateness: Microseconds): Track {
  const { changes, watermark } = track
  const oldest = watermark - lateness
  let first = Math.max(0, changes.length - mostChanges)
  while (first + 1 < changes.length && (changes[first + 1]?.at ?? 0) <= oldest) first++
  if (first === 0) return { ...track, floor: Math.max(track.floor, Math.min(oldest, watermark)) }
  return { ...track, changes: changes.slice(first), floor: Math.max(track.floor, oldest, changes[first]?.at ?? oldest) }
}
