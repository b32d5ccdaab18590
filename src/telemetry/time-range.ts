import { failure } from '../errors.ts'
import { parseDuration } from './duration.ts'
import { parseInstant } from './instant.ts'
import type { Microseconds } from './reading.ts'
import type { Buckets, TimeRange } from './telemetry-store.ts'

/** The arguments by which fields of a series choose a time: instants, and a duration back from the end in the place of the start. */
export interface TimeArguments {
  readonly from?: string | null
  readonly to?: string | null
  readonly last?: string | null
}

/**
 * Throws BAD_USER_INPUT. Without a start it begins with the first reading, without an end it ends at `now`, and `beyond` behind it where what is at the very
 * instant belongs to it; a duration counts from the instant all the same, so that spans are round.
 */
export function toTimeRange({ from, to, last }: TimeArguments, now: Microseconds, beyond = 0): TimeRange {
  if (typeof from === 'string' && typeof last === 'string') throw failure('BAD_USER_INPUT', { message: 'from and last both say where to begin. Give one of them.' })
  const end = typeof to === 'string' ? instant(to) : now
  const start = typeof from === 'string' ? instant(from) : typeof last === 'string' ? end - duration('last', last) : -Infinity
  if (start > end) throw failure('BAD_USER_INPUT', { message: `The time begins at ${from ?? ''}, after its end.` })
  return { from: start, to: typeof to === 'string' ? end : end + beyond }
}

export const mostBuckets = 10_000

/** Throws BAD_USER_INPUT; a span cut into buckets needs a start, and one of `every` and `points`. */
export function toBuckets(range: TimeRange, { every, points }: { readonly every?: string | null; readonly points?: number | null }): Buckets {
  if (!Number.isFinite(range.from)) throw failure('BAD_USER_INPUT', { message: 'Say where the buckets begin: give from or last.' })
  if ((typeof every === 'string') === (typeof points === 'number')) throw failure('BAD_USER_INPUT', { message: 'Give every, the length of a bucket, or points, how many there are.' })
  if (typeof points === 'number' && points < 1) throw failure('BAD_USER_INPUT', { message: `points is at least 1, not ${points}.` })
  const width = typeof every === 'string' ? duration('every', every) : Math.max(1, Math.ceil((range.to - range.from) / (points ?? 1)))
  if (width <= 0) throw failure('BAD_USER_INPUT', { message: 'A bucket is longer than nothing: every must be more than zero.' })
  const count = Math.ceil((range.to - range.from) / width)
  if (count > mostBuckets) throw failure('BAD_USER_INPUT', { message: `That would be ${count} buckets; at most ${mostBuckets} are given. Take longer buckets or a shorter time.` })
  return { ...range, width }
}

function instant(text: string): Microseconds {
  const at = parseInstant(text)
  if (at === undefined) throw failure('BAD_USER_INPUT', { message: `${text} is no instant that can be used: times lie between the years 1684 and 2255.` })
  return at
}

function duration(name: string, text: string): Microseconds {
  const parsed = parseDuration(text)
  if (!parsed.ok) throw failure('BAD_USER_INPUT', { message: `${name}: ${parsed.problem}` })
  return parsed.value
}
