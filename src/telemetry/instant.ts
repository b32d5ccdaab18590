import type { Microseconds } from './reading.ts'

const form = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/

/** The day that was asked for last: readings come by the thousand of one day. */
let [lastDay, lastMidnight] = ['', 0]

/** The usual forms, `2026-03-01T06:30:00Z` and `2026-03-01T06:30:00.123Z`: hundreds of thousands a second go through it. Undefined: look again, slowly. */
function parseUsual(text: string): Microseconds | undefined {
  const { length } = text
  if ((length !== 20 && length !== 24) || text.charCodeAt(length - 1) !== 90 || text.charCodeAt(10) !== 84 || text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined
  if (!text.startsWith(lastDay) || lastDay === '') {
    const day = text.slice(0, 10)
    const midnight = parseSlowly(`${day}T00:00:00+00:00`)
    if (midnight === undefined) return undefined
    lastDay = day
    lastMidnight = midnight
  }
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)]
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined
  const whole = lastMidnight + (hour * 3_600 + minute * 60 + second) * 1_000_000
  if (length === 20) return whole
  const millisecond = digit(text, 20) * 100 + twoDigits(text, 21)
  return text.charCodeAt(19) === 46 && millisecond < 1_000 ? whole + millisecond * 1_000 : undefined
}

/** NaN where it is none. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48
  return value >= 0 && value <= 9 ? value : Number.NaN
}

const twoDigits = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1)

/** RFC 3339 text → microseconds since 1970, digits beyond them cut off; undefined where it is none, or of a year that they cannot count (before 1684, after 2255). */
export function parseInstant(text: string): Microseconds | undefined {
  return parseUsual(text) ?? parseSlowly(text)
}

function parseSlowly(text: string): Microseconds | undefined {
  const match = form.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const wholeSeconds = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) / 1_000
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > daysIn(Number(year), Number(month)) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const offset = zone === undefined || zone === 'Z' || zone === 'z' ? 0 : offsetSeconds(zone)
  if (offset === undefined) return undefined
  const at = (wholeSeconds - offset) * 1_000_000 + (fraction === undefined ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0')))
  return Number.isSafeInteger(at) && Number(year) >= 1684 ? at : undefined
}

function offsetSeconds(zone: string): number | undefined {
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))]
  return hours > 23 || minutes > 59 ? undefined : (zone.startsWith('-') ? -1 : 1) * (hours * 3_600 + minutes * 60)
}

const daysIn = (year: number, month: number): number => (month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31)

/** Microseconds since 1970 → RFC 3339 text in UTC: milliseconds, and microseconds where there are any. */
export function formatInstant(at: Microseconds): string {
  const day = Math.floor(at / dayUs)
  if (day !== formattedDay.number) formattedDay = { number: day, text: new Date(day * 86_400_000).toISOString().slice(0, -13) }
  const rest = at - day * dayUs
  const seconds = Math.floor(rest / 1_000_000)
  const micros = rest - seconds * 1_000_000
  const millis = Math.floor(micros / 1_000)
  const text = `${formattedDay.text}${twoDigitTexts[Math.floor(seconds / 3_600)]}:${twoDigitTexts[Math.floor(seconds / 60) % 60]}:${twoDigitTexts[seconds % 60]}.${threeDigits(millis)}`
  return micros === millis * 1_000 ? `${text}Z` : `${text}${threeDigits(micros - millis * 1_000)}Z`
}

const dayUs = 86_400_000_000
/** The day that was shown last, as `2026-03-01T`: readings of a page are of few days. */
let formattedDay = { number: 0, text: '1970-01-01T' }
const twoDigitTexts = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))
const threeDigits = (number: number): string => (number < 10 ? `00${number}` : number < 100 ? `0${number}` : String(number))
