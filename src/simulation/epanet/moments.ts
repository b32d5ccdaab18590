import { parseDuration } from '../../telemetry/duration.ts'
import { formatInstant, parseInstant } from '../../telemetry/instant.ts'
import type { RunWindow } from '../engine.ts'

const second = 1_000_000
const day = 86_400 * second

export type ParsedMoment = { readonly ok: true; /** Seconds since the window's start. */ readonly value: number } | { readonly ok: false; readonly problem: string }

/** An instant (`2026-03-01T18:00:00Z`), a duration after the start (`PT18H`), or a time of day in UTC (`18:00`): the first in the window. To seconds. */
export function parseMoment(text: string, window: RunWindow): ParsedMoment {
  const offset = toOffset(text, window)
  if (typeof offset === 'string') return { ok: false, problem: offset }
  const [from, until] = [formatInstant(window.from), formatInstant(window.from + window.horizon)]
  if (offset < 0 || offset > window.horizon) return { ok: false, problem: `${text} is outside the simulated time, which is from ${from} until ${until}.` }
  return { ok: true, value: Math.round(offset / second) }
}

function toOffset(text: string, { from }: RunWindow): number | string {
  const time = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (time) {
    const ofDay = (Number(time[1]) * 3_600 + Number(time[2]) * 60 + Number(time[3] ?? 0)) * second
    return modulo(ofDay - from, day)
  }
  const instant = parseInstant(text)
  if (instant !== undefined) return instant - from
  const duration = parseDuration(text)
  return duration.ok ? duration.value : `${JSON.stringify(text.slice(0, 60))} is no moment. Give an instant such as 2026-03-01T18:00:00Z, a duration after the start such as PT18H, or a time of day in UTC such as 18:00.`
}

/** Seconds since midnight, and since Monday's midnight, UTC. 1970-01-01 was a Thursday. */
export const clockAt = (from: number): { readonly ofDay: number; readonly ofWeek: number } =>
  ({ ofDay: Math.floor(modulo(from, day) / second), ofWeek: Math.floor(modulo(from + 3 * day, 7 * day) / second) })

const modulo = (value: number, by: number): number => ((value % by) + by) % by
