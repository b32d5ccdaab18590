import type { IResolvers } from '@graphql-tools/utils'
import type { GraphQLResolveInfo } from 'graphql'
import type { SeriesRef } from '../src/domain/schema/series-value.ts'
import type { Vantage } from '../src/domain/vantage.ts'
import { failure } from '../src/errors.ts'
import type { Context } from '../src/graphql/context.ts'
import { selectedArguments } from '../src/graphql/selected-arguments.ts'
import { batched, latest, latestTogether } from '../src/graphql/series-loaders.ts'
import { type FilledBucket, fillGaps, type Fill } from '../src/telemetry/gap-fill.ts'
import { formatDuration } from '../src/telemetry/duration.ts'
import { formatInstant } from '../src/telemetry/instant.ts'
import { largestTriangles } from '../src/telemetry/lttb.ts'
import type { Microseconds, SeriesKey } from '../src/telemetry/reading.ts'
import type { SeenReading } from '../src/telemetry/series-reads.ts'
import type { ReadingEvent } from '../src/telemetry/stream/reading-event.ts'
import type { Buckets, Summary, TimeRange } from '../src/telemetry/telemetry-store.ts'
import { type TimeArguments, toBuckets, toTimeRange } from '../src/telemetry/time-range.ts'
import { nowMicroseconds } from '../src/util/clock.ts'

/** A series of this many readings is shaped; a longer one is asked for in parts. */
const mostShaped = 200_000
const mostPage = 1_000

interface PageArguments extends TimeArguments {
  readonly first?: number | null
  readonly after?: string | null
}

interface BucketArguments extends TimeArguments {
  readonly every?: string | null
  readonly points?: number | null
  readonly fill?: Fill | null
}

const series = {
  freshness: async ({ key, vantage }: SeriesRef, _args: unknown, context: Context) => {
    const reading = await latest(context, vantage).load(key)
    if (!reading) return null
    const now = vantage.readingsUntil ?? presentOf(context)
    return { at: formatInstant(reading.at), receivedAt: formatInstant(reading.receivedAt), eventLag: lag(now, reading.at), receiptLag: lag(now, reading.receivedAt) }
  },
  latest: {
    resolve: async ({ key, vantage }: SeriesRef, _args: unknown, context: Context) => toReading(key, await latest(context, vantage).load(key)),
    extensions: {
      /** A list of ten thousand twins is not to wait for ten thousand promises. */
      resolveMany: async (sources: readonly SeriesRef[], _args: unknown, context: Context) => {
        const found = await latestTogether(context, sources)
        return sources.map(({ key }, index) => toReading(key, found[index]))
      },
    },
  },
  readings: async ({ key, vantage }: SeriesRef, args: PageArguments, context: Context) => {
    const first = args.first ?? mostPage
    if (first < 0 || first > mostPage) throw failure('BAD_USER_INPUT', { message: `first is from 0 to ${mostPage}, not ${first}.` })
    const after = typeof args.after === 'string' ? fromCursor(args.after) : undefined
    const found = await batched(context, vantage, `readings ${JSON.stringify(args)}`, (reads, keys) =>
      reads.readings(keys, rangeOf(args, vantage, context), { first: first + 1, after, signal: context.signal })).load(key)
    const edges = found.slice(0, first).map((reading) => ({ cursor: toCursor(reading.at), node: toReading(key, reading) }))
    return { edges, pageInfo: { hasNextPage: found.length > first, hasPreviousPage: after !== undefined, startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null } }
  },
  buckets: async ({ key, vantage }: SeriesRef, args: BucketArguments, context: Context, info: GraphQLResolveInfo) => {
    const buckets = toBuckets(rangeOf(args, vantage, context), args)
    const quantiles = quantilesOf(info)
    const summaries = await batched(context, vantage, `buckets ${JSON.stringify([args, quantiles])}`, (reads, keys) => reads.summaries(keys, buckets, { quantiles, signal: context.signal })).load(key)
    const fill = args.fill ?? 'NONE'
    const before = fill === 'PREVIOUS' ? await batched(context, vantage, `before ${buckets.from}`, (reads, keys) => reads.latestBefore(keys, buckets.from, { signal: context.signal })).load(key) : undefined
    return withoutInstant(fillGaps(summaries, buckets, fill, before?.value), vantage).map((bucket) => toBucket(key, bucket, quantiles))
  },
  summary: async ({ key, vantage }: SeriesRef, args: TimeArguments, context: Context, info: GraphQLResolveInfo) => {
    const range = rangeOf(args, vantage, context)
    const from = Number.isFinite(range.from) ? range.from : -Number.MAX_SAFE_INTEGER
    const whole: Buckets = { from, to: range.to, width: range.to - from }
    const quantiles = quantilesOf(info)
    if (whole.width <= 0) return null
    const [summary] = await batched(context, vantage, `summary ${JSON.stringify([args, quantiles])}`, (reads, keys) => reads.summaries(keys, whole, { quantiles, signal: context.signal })).load(key)
    if (!summary) return null
    const begun = Number.isFinite(range.from) ? range.from : await batched(context, vantage, 'first', (reads, keys) => reads.firstAt(keys, { signal: context.signal })).load(key) ?? 0
    return toBucket(key, { from: begun, to: range.to, summary, filled: null }, quantiles)
  },
}

const shape = async ({ key, vantage }: SeriesRef, args: TimeArguments & { readonly points: number }, context: Context): Promise<readonly unknown[]> => {
  if (args.points < 1 || args.points > 10_000) throw failure('BAD_USER_INPUT', { message: `points is from 1 to 10,000, not ${args.points}.` })
  const readings = await batched(context, vantage, `shape ${JSON.stringify(args)}`, (reads, keys) => reads.readings(keys, rangeOf(args, vantage, context), { first: mostShaped + 1, signal: context.signal })).load(key)
  if (readings.length > mostShaped) throw failure('BAD_USER_INPUT', { message: `More than ${mostShaped} readings of ${key.name} lie in that time. Take a shorter one, or buckets.` })
  return largestTriangles(readings.map(({ at }) => at), readings.map(({ value }) => Number(value)), args.points).map((index) => toReading(key, readings[index]))
}

export const seriesResolvers: IResolvers<unknown, Context> = {
  FloatSeries: { ...series, shape },
  IntSeries: { ...series, shape },
  BooleanSeries: series,
  StringSeries: series,
  JSONSeries: series,
  ReadingEvent: { __resolveType: ({ __typename }: ReadingEvent) => __typename },
}

/** The present is one instant for a whole operation. */
const presents = new WeakMap<Context, Microseconds>()

function presentOf(context: Context): Microseconds {
  const known = presents.get(context) ?? nowMicroseconds()
  presents.set(context, known)
  return known
}

/** A time that ends nowhere ends with what is there: now, or with the instant that the query looks from, whose own reading is the last. */
const rangeOf = (args: TimeArguments, { readingsUntil }: Vantage, context: Context): TimeRange => toTimeRange(args, readingsUntil ?? presentOf(context), readingsUntil === undefined ? 0 : 1)

/** Of spans up to an instant the one that begins at it, and has only the instant itself, is there where it holds a reading. */
const withoutInstant = (buckets: readonly FilledBucket[], { readingsUntil }: Vantage): readonly FilledBucket[] => {
  const last = buckets.at(-1)
  return last && last.from === readingsUntil && !last.summary ? buckets.slice(0, -1) : buckets
}

/** The arguments of `quantile`, however often it is selected. */
const quantilesOf = (info: GraphQLResolveInfo): readonly number[] => {
  const asked = [...new Set(selectedArguments(info, 'quantile').map(({ q }) => Number(q)))]
  const wrong = asked.find((q) => !(q >= 0 && q <= 1))
  if (wrong !== undefined) throw failure('BAD_USER_INPUT', { message: `q is from 0 to 1, not ${wrong}.` })
  return asked
}

function toReading({ kind, source: own, run }: SeriesKey, reading: SeenReading | undefined): unknown {
  if (!reading) return null
  const { at, value, quality, receivedAt, origin, source = own } = reading
  return { at: () => formatInstant(at), value: kind === 'json' ? JSON.parse(String(value)) as unknown : value, quality, source, receivedAt: () => formatInstant(receivedAt), run, origin }
}

function toBucket({ kind }: SeriesKey, { from, to, summary, filled }: { readonly from: Microseconds; readonly to: Microseconds; readonly summary: Summary | null; readonly filled: Summary['first'] | number | null }, quantiles: readonly number[]): unknown {
  const own = (value: Summary['first'] | null | undefined): unknown => (value === null || value === undefined ? null : kind === 'json' ? JSON.parse(String(value)) : value)
  const whole = kind === 'integer' && typeof filled === 'number' ? null : filled // a line between integers meets few of them: only its mean is given
  return {
    from: formatInstant(from), to: formatInstant(to), count: summary?.count ?? 0,
    first: own(summary ? summary.first : whole), last: own(summary ? summary.last : whole),
    min: summary ? summary.min : whole, max: summary ? summary.max : whole, sum: summary?.sum ?? null,
    mean: summary ? summary.mean : filled === null || kind === 'text' || kind === 'json' ? null : Number(filled), stddev: summary?.stddev ?? null,
    quantile: ({ q }: { readonly q: number }) => summary?.quantiles[quantiles.indexOf(q)] ?? null,
  }
}

const lag = (now: Microseconds, at: Microseconds): string => formatDuration(Math.max(0, now - at))

const toCursor = (at: Microseconds): string => Buffer.from(`t1:${at}`).toString('base64url')

function fromCursor(cursor: string): Microseconds {
  const digits = /^t1:(-?\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (digits === undefined) throw failure('BAD_USER_INPUT', { message: 'after is no cursor of readings. Give back the endCursor of the page before.' })
  return Number(digits)
}
