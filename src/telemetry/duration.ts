import type { Microseconds } from './reading.ts'

const part = (designator: string): string => String.raw`(?:(\d+(?:[.,]\d+)?)${designator})?`
const form = new RegExp(`^([+-])?P(?=[\\dT])${part('Y')}${part('M')}${part('W')}${part('D')}(?:T(?=\\d)${part('H')}${part('M')}${part('S')})?$`)
const [second, minute, hour, day] = [1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000]

export type ParsedDuration = { readonly ok: true; readonly value: Microseconds } | { readonly ok: false; readonly problem: string }

/** ISO 8601 durations of a fixed length: weeks, days of 24 hours, hours, minutes, seconds, each possibly with a fraction; rounded to microseconds. */
export function parseDuration(text: string): ParsedDuration {
  const match = form.exec(text)
  if (!match) return { ok: false, problem: `${JSON.stringify(text.slice(0, 60))} is no ISO 8601 duration such as PT15M or P1D.` }
  const [, sign, years = '0', months = '0', ...fixed] = match
  if (toNumber(years) > 0 || toNumber(months) > 0) return { ok: false, problem: `${text} has years or months, which are not all of one length. Give days.` }
  const length = [7 * day, day, hour, minute, second].reduce((sum, unit, index) => sum + Math.round(unit * toNumber(fixed[index] ?? '0')), 0)
  if (!Number.isSafeInteger(length)) return { ok: false, problem: `${text} is longer than can be counted in microseconds: at most about 285 years.` }
  return { ok: true, value: sign === '-' && length > 0 ? -length : length }
}

const toNumber = (digits: string): number => Number(digits.replace(',', '.'))

/** In hours, minutes and seconds, which every reader of durations knows; `parseDuration` gives the same duration back. */
export function formatDuration(duration: Microseconds): string {
  const length = Math.abs(duration)
  const [hours, minutes, seconds] = [Math.floor(length / hour), Math.floor((length % hour) / minute), Math.floor((length % minute) / second)]
  const fraction = String(length % second).padStart(6, '0').replace(/0+$/, '')
  const secondsText = fraction === '' ? String(seconds) : `${seconds}.${fraction}`
  const parts = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${secondsText !== '0' ? `${secondsText}S` : ''}`
  return `${duration < 0 ? '-' : ''}PT${parts === '' ? '0S' : parts}`
}
