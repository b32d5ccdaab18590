import type { ItemProblem } from '../problem.ts'
import { parseDuration } from '../telemetry/duration.ts'
import type { Microseconds } from '../telemetry/reading.ts'

/** Notes a problem; `name`: where in the request, parts separated by dots. */
export type Wrong = (code: ItemProblem['code'], name: string, message: string) => void

const second = 1_000_000

/** An ISO 8601 duration between bounds; undefined where it is not given, or wrong, which is noted. */
export function checkDuration(text: string | null | undefined, name: string, { least, most }: { readonly least: Microseconds; readonly most: Microseconds }, wrong: Wrong): Microseconds | undefined {
  if (typeof text !== 'string') return undefined
  const parsed = parseDuration(text)
  if (!parsed.ok) wrong('WRONG_TIME', name, `${name}: ${parsed.problem}`)
  else if (parsed.value < least || parsed.value > most) wrong('OUT_OF_BOUNDS', name, `${name} is from ${least / second} to ${most / second} seconds, not ${JSON.stringify(text)}.`)
  else return parsed.value
  return undefined
}
