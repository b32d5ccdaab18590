import type { PrimitiveType } from '../model.ts'

/** Primitive schemas whose values are JSON strings of a certain form. */
export type LexicalType = Extract<PrimitiveType, 'bytes' | 'date' | 'dateTime' | 'decimal' | 'duration' | 'time' | 'uuid'>

/**
 * What text is a value of the schema. Forms: DTDL v4, "Primitive schemas" (RFC 3339 for dates and times, ISO 8601 for durations, RFC 4648 for bytes, RFC 9562
 * for UUIDs, XML Schema without superfluous zeros for decimals).
 */
export const isLexical: Readonly<Record<LexicalType, (text: string) => boolean>> = {
  date: isDate,
  time: isTime,
  dateTime: (text) => text.charAt(10) === 'T' && isDate(text.slice(0, 10)) && isTime(text.slice(11)),
  duration: (text) => duration.test(text),
  decimal: (text) => /^[+-]?(?:[1-9][0-9]*|0)(?:\.[0-9]*)?$/.test(text),
  bytes: (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  uuid: (text) => /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/.test(text),
}

/** Years and months, or weeks; then days; then hours, minutes and seconds. Only the last component may have a fraction. */
const duration = new RegExp([
  /^P(?!$)/,
  /(?:(?:\d+(?:\.\d+(?=Y$))?Y)?(?:\d+(?:\.\d+(?=M$))?M)?|(?:\d+(?:\.\d+(?=W$))?W)?)/,
  /(?:\d+(?:\.\d+(?=D$))?D)?/,
  /(?:T(?!$)(?:\d+(?:\.\d+(?=H$))?H)?(?:\d+(?:\.\d+(?=M$))?M)?(?:\d+(?:\.\d+)?S)?)?$/,
].map(({ source }) => source).join(''))

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (!match) return false
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number)
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(month, year)
}

function daysIn(month: number, year: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** XML Schema's greatest offset from UTC, in minutes. */
const greatestOffset = 14 * 60

/** RFC 3339 `full-time`, without leap seconds. */
function isTime(text: string): boolean {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](\d\d):(\d\d))$/.exec(text)
  if (!match) return false
  const [hour = 0, minute = 0, second = 0, offsetHours = 0, offsetMinutes = 0] = match.slice(1).map((digits: string | undefined) => Number(digits ?? 0))
  return hour < 24 && minute < 60 && second < 60 && offsetMinutes < 60 && offsetHours * 60 + offsetMinutes <= greatestOffset
}
