import type { Microseconds } from '../../telemetry/reading.ts'
import type { FeatureSource } from '../feature.ts'

type Part = Extract<FeatureSource, { readonly kind: 'calendar' }>['part']

const [hour, day] = [3_600_000_000, 86_400_000_000]

/** In UTC, with fractions: hours from 0, days of the week from 0 on Monday, days of the year from 1. */
export function calendarPart(part: Part, at: Microseconds): number {
  if (part === 'HOUR_OF_DAY') return modulo(at, day) / hour
  if (part === 'DAY_OF_WEEK') return modulo(at + 3 * day, 7 * day) / day // 1970 began on a Thursday
  const year = new Date(Math.floor(at / 1_000)).getUTCFullYear()
  return 1 + (at - Date.UTC(year) * 1_000) / day
}

const modulo = (number: number, divisor: number): number => ((number % divisor) + divisor) % divisor
