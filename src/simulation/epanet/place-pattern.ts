import type { RunWindow } from '../engine.ts'
import { clockAt } from './moments.ts'

const hour = 3_600
const microsecondsAnHour = hour * 1_000_000
const hoursAWeek = 168
const [ordinaryYear, leapYear] = [365 * 24, 366 * 24]

/** The hourly multipliers so that the first is that of Mondays at midnight, UTC, which is where all patterns begin; a text: what they are instead of something that can be placed. */
export type PlacePattern = (values: readonly number[]) => readonly number[] | string

export function createPatternPlacer(window: RunWindow): PlacePattern {
  const sources = new Map<number, Int32Array>()
  return (values) => {
    if (hoursAWeek % values.length === 0) return values
    if (values.length !== ordinaryYear && values.length !== leapYear) return `has ${values.length} values, so that nobody could say which is of which hour. Give one for each hour of a day (24), of a week (168; any number that goes into it evenly), or of a year (8760 or 8784).`
    if (window.horizon >= leapYear * microsecondsAnHour) return 'is that of a year, and more than a year is to be simulated. Shorten the horizon, or give a pattern of a week.'
    const source = sources.get(values.length) ?? sourcesOf(values.length, window)
    sources.set(values.length, source)
    return Array.from(source, (at) => values[at] ?? 1)
  }
}

/** Which hours of a year of so many lie where: those of the window only, so that the year may end in it. */
function sourcesOf(length: number, { from, horizon }: RunWindow): Int32Array {
  const [first, last] = [Math.floor(from / microsecondsAnHour), Math.floor((from + horizon) / microsecondsAnHour)]
  const placed = new Int32Array(last - first + 1)
  const start = Math.floor(clockAt(from).ofWeek / hour)
  for (let at = 0; at < placed.length; at += 1) placed[(start + at) % placed.length] = hourOfYear(first + at, length)
  return placed
}

/** Of an hour since 1970. A year of 365 days has 28 February twice in leap years; one of 366 has no 29 February in others. */
function hourOfYear(hours: number, length: number): number {
  const date = new Date(hours * hour * 1_000)
  const [month, day] = [date.getUTCMonth(), date.getUTCDate()]
  const like = length === leapYear ? 2024 : 2023
  const days = (Date.UTC(like, month, month === 1 && day === 29 && length === ordinaryYear ? 28 : day) - Date.UTC(like, 0, 1)) / 86_400_000
  return days * 24 + date.getUTCHours()
}
