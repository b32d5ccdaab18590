import type { SeriesRef } from '../domain/schema/series-value.ts'
import { parseInstant } from '../telemetry/instant.ts'
import type { Microseconds, SeriesKey } from '../telemetry/reading.ts'
import type { SeriesReads } from '../telemetry/series-reads.ts'
import type { TimeRange } from '../telemetry/telemetry-store.ts'
import { type TimeArguments, toTimeRange } from '../telemetry/time-range.ts'
import { nowMicroseconds } from '../util/clock.ts'
import type { Context } from './context.ts'
import { batched } from './series-loaders.ts'

/** What the arguments of a field come to for a series. */
export interface Span {
  readonly range: TimeRange
  /** The instant that it ends with, of which a reading is the last, where it does not end with the present or an instant that was given. */
  readonly until: Microseconds | undefined
}

/** Reads several series over one span, in their order. */
export type ReadSpan<T> = (reads: SeriesReads, keys: readonly SeriesKey[], span: Span) => Promise<readonly T[]>

/**
 * What a field answers of a series, read together with the same field of others. A span that ends nowhere ends with what is there: now, or with the instant that the
 * query looks from, whose own reading is the last; that of a run with its last reading, which may lie in the future. Undefined where a run has none. Throws BAD_USER_INPUT.
 */
export function spanned<T>(context: Context, { key, vantage }: SeriesRef, what: string, args: TimeArguments, read: ReadSpan<T>): Promise<T | undefined> {
  const isOfRun = key.run !== null
  return batched<T | undefined>(context, vantage, `${what}${isOfRun ? ' of runs' : ''} ${JSON.stringify(args)}`, async (reads, keys) => {
    if (isOfRun && typeof args.to !== 'string') return await eachToItsEnd(reads, keys, args, read, context.signal)
    const until = isOfRun ? undefined : vantage.readingsUntil
    return await read(reads, keys, { range: toTimeRange(args, until ?? presentOf(context), until === undefined ? 0 : 1), until })
  }).load(key)
}

/** Most series of a run end at the same time, and are read in one call. */
async function eachToItsEnd<T>(reads: SeriesReads, keys: readonly SeriesKey[], args: TimeArguments, read: ReadSpan<T>, signal: AbortSignal): Promise<readonly (T | undefined)[]> {
  const latest = await reads.latest(keys, { signal })
  const start = typeof args.from === 'string' ? parseInstant(args.from) ?? -Infinity : -Infinity
  const found: (T | undefined)[] = keys.map(() => undefined)
  const byEnd = Map.groupBy(keys.keys(), (index) => latest[index]?.at)
  await Promise.all([...byEnd].map(async ([until, indexes]) => {
    if (until === undefined) return
    const range = toTimeRange(args, Math.max(until, start), 1)
    const some = await read(reads, indexes.map((index) => keys[index] as SeriesKey), { range, until })
    for (const [place, index] of indexes.entries()) found[index] = some[place]
  }))
  return found
}

/** The present is one instant for a whole operation. */
const presents = new WeakMap<Context, Microseconds>()

export function presentOf(context: Context): Microseconds {
  const known = presents.get(context) ?? nowMicroseconds()
  presents.set(context, known)
  return known
}
