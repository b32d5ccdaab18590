import type { IResolvers } from '@graphql-tools/utils'
import type { GraphQLResolveInfo } from 'graphql'
import type { SeriesRef } from '../src/domain/schema/series-value.ts'
import { failure } from '../src/errors.ts'
import { chosenSeries, type SourceArguments } from '../src/graphql/chosen-series.ts'
import type { Context } from '../src/graphql/context.ts'
import { selectedArguments } from '../src/graphql/selected-arguments.ts'
import { toPageInfo } from '../src/graphql/page-info.ts'
import { latest, latestTogether } from '../src/graphql/series-loaders.ts'
import { intervalAt } from '../src/graphql/prediction-intervals.ts'
import { presentOf, spanned } from '../src/graphql/series-spans.ts'
import { unitOfOwnSeries } from '../src/prediction/own-series.ts'
import { isPredictionName, runOfOrigin } from '../src/prediction/prediction-series.ts'
import { type FilledBucket, fillGaps, type Fill } from '../src/telemetry/gap-fill.ts'
import { formatDuration } from '../src/telemetry/duration.ts'
import { formatInstant } from '../src/telemetry/instant.ts'
import { largestTriangles } from '../src/telemetry/lttb.ts'
import type { Microseconds, SeriesKey } from '../src/telemetry/reading.ts'
import type { SeenReading } from '../src/telemetry/series-reads.ts'
import type { ReadingEvent } from '../src/telemetry/stream/reading-event.ts'
import type { Summary } from '../src/telemetry/telemetry-store.ts'
import { type TimeArguments, toBuckets } from '../src/telemetry/time-range.ts'

/** A series of this many readings is shaped; a longer one is asked for in parts. */
const mostShaped = 200_000
const mostPage = 1_000

interface SpanArguments extends TimeArguments, SourceArguments {}

interface PageArguments extends SpanArguments {
  readonly first?: number | null
  readonly after?: string | null
}

interface BucketArguments extends SpanArguments {
  readonly every?: string | null
  readonly points?: number | null
  readonly fill?: Fill | null
}

const series = {
  freshness: async (given: SeriesRef, args: SourceArguments, context: Context) => {
    const { key, vantage } = chosenSeries(given, args)
    const reading = await latest(context, vantage).load(key)
    if (!reading) return null
    const now = vantage.readingsUntil ?? presentOf(context)
    return { at: formatInstant(reading.at), receivedAt: formatInstant(reading.receivedAt), eventLag: lag(now, reading.at), receiptLag: lag(now, reading.receivedAt) }
  },
  latest: {
    resolve: async (given: SeriesRef, args: SourceArguments, context: Context) => {
      const { key, vantage } = chosenSeries(given, args)
      return toReading({ key, vantage }, await latest(context, vantage).load(key))
    },
    extensions: {
      /** A list of ten thousand twins is not to wait for ten thousand promises. */
      resolveMany: async (given: readonly SeriesRef[], args: SourceArguments, context: Context) => {
        const sources = given.map((ref) => chosenSeries(ref, args))
        const found = await latestTogether(context, sources)
        return sources.map((source, index) => toReading(source, found[index]))
      },
    },
  },
  readings: async (given: SeriesRef, args: PageArguments, context: Context) => {
    const first = args.first ?? mostPage
    if (first < 0 || first > mostPage) throw failure('BAD_USER_INPUT', { message: `first is from 0 to ${mostPage}, not ${first}.` })
    const after = typeof args.after === 'string' ? fromCursor(args.after) : undefined
    const ref = chosenSeries(given, args)
    const found = await spanned(context, ref, 'readings', args, (reads, keys, { range }) => reads.readings(keys, range, { first: first + 1, after, signal: context.signal })) ?? []
    const edges = found.slice(0, first).map((reading) => ({ cursor: toCursor(reading.at), node: toReading(ref, reading) }))
    return { edges, pageInfo: toPageInfo(edges, found.length > first, args.after) }
  },
  buckets: async (given: SeriesRef, args: BucketArguments, context: Context, info: GraphQLResolveInfo) => {
    const ref = chosenSeries(given, args)
    const quantiles = quantilesOf(info)
    const fill = args.fill ?? 'NONE'
    const found = await spanned(context, ref, `buckets ${JSON.stringify(quantiles)}`, args, async (reads, keys, { range, until }) => {
      const buckets = toBuckets(range, args)
      const [summaries, before] = await Promise.all([
        reads.summaries(keys, buckets, { quantiles, signal: context.signal }),
        fill === 'PREVIOUS' ? reads.latestBefore(keys, buckets.from, { signal: context.signal }) : [],
      ])
      return keys.map((_, index) => withoutInstant(fillGaps(summaries[index] ?? [], buckets, fill, before[index]?.value), until))
    })
    return (found ?? []).map((bucket) => toBucket(ref.key, bucket, quantiles))
  },
  summary: async (given: SeriesRef, args: SpanArguments, context: Context, info: GraphQLResolveInfo) => {
    const ref = chosenSeries(given, args)
    const quantiles = quantilesOf(info)
    const found = await spanned(context, ref, `summary ${JSON.stringify(quantiles)}`, args, async (reads, keys, { range }) => {
      const from = Number.isFinite(range.from) ? range.from : -Number.MAX_SAFE_INTEGER
      if (range.to <= from) return keys.map(() => undefined)
      const summaries = (await reads.summaries(keys, { from, to: range.to, width: range.to - from }, { quantiles, signal: context.signal })).map(([summary]) => summary)
      const begun = Number.isFinite(range.from) ? [] : await reads.firstAt(keys, { signal: context.signal })
      return summaries.map((summary, index) => summary && { from: Number.isFinite(range.from) ? range.from : begun[index] ?? 0, to: range.to, summary, filled: null })
    })
    return found ? toBucket(ref.key, found, quantiles) : null
  },
}

const shape = async (given: SeriesRef, args: SpanArguments & { readonly points: number }, context: Context): Promise<readonly unknown[]> => {
  if (args.points < 1 || args.points > 10_000) throw failure('BAD_USER_INPUT', { message: `points is from 1 to 10,000, not ${args.points}.` })
  const ref = chosenSeries(given, args)
  const readings = await spanned(context, ref, 'shape', args, (reads, keys, { range }) => reads.readings(keys, range, { first: mostShaped + 1, signal: context.signal })) ?? []
  if (readings.length > mostShaped) throw failure('BAD_USER_INPUT', { message: `More than ${mostShaped} readings of ${ref.key.name} lie in that time. Take a shorter one, or buckets.` })
  return largestTriangles(readings.map(({ at }) => at), readings.map(({ value }) => Number(value)), args.points).map((index) => toReading(ref, readings[index]))
}

export const seriesResolvers: IResolvers<unknown, Context> = {
  FloatSeries: { ...series, shape, unit: ({ unit, name }: SeriesRef, _args: unknown, { services, signal }: Context) => (unit === null && isPredictionName(name) ? unitOfOwnSeries(name, services.predictors, signal) : unit) },
  IntSeries: { ...series, shape },
  BooleanSeries: series,
  StringSeries: series,
  JSONSeries: series,
  ReadingEvent: { __resolveType: ({ __typename }: ReadingEvent) => __typename },
}

/** Of spans up to an instant the one that begins at it, and has only the instant itself, is there where it holds a reading. */
const withoutInstant = (buckets: readonly FilledBucket[], until: Microseconds | undefined): readonly FilledBucket[] => {
  const last = buckets.at(-1)
  return last && last.from === until && !last.summary ? buckets.slice(0, -1) : buckets
}

/** The arguments of `quantile`, however often it is selected. */
const quantilesOf = (info: GraphQLResolveInfo): readonly number[] => {
  const asked = [...new Set(selectedArguments(info, 'quantile').map(({ q }) => Number(q)))]
  const wrong = asked.find((q) => !(q >= 0 && q <= 1))
  if (wrong !== undefined) throw failure('BAD_USER_INPUT', { message: `q is from 0 to 1, not ${wrong}.` })
  return asked
}

function toReading({ key, vantage }: Pick<SeriesRef, 'key' | 'vantage'>, reading: SeenReading | undefined): unknown {
  if (!reading) return null
  const { kind, source: own, run } = key
  const { at, value, quality, receivedAt, origin, source = own } = reading
  return {
    at: () => formatInstant(at), value: kind === 'json' ? JSON.parse(String(value)) as unknown : value, quality, source, receivedAt: () => formatInstant(receivedAt), run: run ?? runOfOrigin(origin) ?? null, origin,
    interval: (_: unknown, context: Context) => (source === 'PREDICTED' ? intervalAt(context, { key, vantage }, reading) : null),
  }
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
