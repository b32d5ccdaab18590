import { formatInstant } from '../telemetry/instant.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { Evidence, Subject } from './alert.ts'
import type { Limits } from './rule.ts'

/** What is said of an alert, in a sentence. */
export function shownReading({ twin, series }: Subject, { value, at }: Pick<Evidence, 'value' | 'at'>, { direction, limit }: Limits, since: Microseconds): string {
  const held = since < at ? ` since ${formatInstant(since)}` : ''
  return `${series ?? 'A value'} of ${twin ?? 'nothing'} is ${value ?? 'unknown'}, ${direction === 'ABOVE' ? 'above' : 'below'} ${limit}${held}.`
}

export const shownMember = ({ twin }: Subject, rule: string): string => `${twin ?? 'Nothing'} is as the rule "${rule}" says.`

export const shownSilence = ({ twin, series }: Subject, heardAt: Microseconds): string => `Nothing was received of ${series ?? 'any series'} of ${twin ?? 'nothing'} since ${formatInstant(heardAt)}.`
