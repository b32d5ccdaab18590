import type { Microseconds, Reading, SeriesKey } from '../reading.ts'
import type { Buckets, ReadOptions, RollupBucket, Summary, TelemetryStore } from '../telemetry-store.ts'
import type { RollupBook } from './rollup-book.ts'
import { type Cell, contribution, foldCell } from './rollup-cell.ts'
import { type Horizon, horizonKey, readHorizon } from './stored-bucket.ts'
import { bucketStart, type Stored, storedTotals } from './stored-totals.ts'
import { combine, fromSummary, toSummary } from './totals.ts'

/** What of a store answers questions about times whose readings may be forgotten. */
export type SummaryStore = Pick<TelemetryStore, 'summaries' | 'rollup'>

/** Until the answer fits what was known before it; a round changes a series a few times at most. */
const mostAttempts = 5

/**
 * Summaries over times whose readings were rolled up and forgotten, too. Count, least, greatest, sum, mean, deviation, first and last are exact where the
 * asked buckets are multiples of the stored ones on their grid (whole multiples of their length since 1970, UTC); otherwise a stored bucket counts where it
 * begins. Quantiles of such times are null. FIRST and LAST of a roll-up over several series are exact to the length of a stored bucket.
 * Where no series that is asked for was ever rolled up, the store is asked as it would be without this.
 */
export function withRollups(store: Pick<TelemetryStore, 'summaries' | 'rollup' | 'readings' | 'latest'>, book: RollupBook): SummaryStore {
  const read = { store, book }

  /** Readings and buckets are read one after the other; if a round came in between, both are read again. */
  const steadily = async <T>(series: readonly SeriesKey[], { from }: Buckets, options: ReadOptions, plain: () => Promise<T>, rolled: (known: readonly Known[]) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      const size = book.size
      const known = await knownOf(series, options)
      const needed = known.filter(({ horizon }) => !horizon || reachesInto(from, readHorizon(horizon)))
      const answer = needed.length === 0 ? await plain() : await rolled(needed)
      if (attempt === mostAttempts || (book.size === size && (known.length === 0 || isSame(known, await knownOf(series, options))))) return answer
    }
  }

  const knownOf = async (series: readonly SeriesKey[], options: ReadOptions): Promise<readonly Known[]> => {
    const rolled = book.size === 0 ? [] : series.flatMap((key, index) => (book.lengthsOf(key) ? [{ key, index }] : []))
    if (rolled.length === 0) return []
    const horizons = await store.latest(rolled.map(({ key }) => horizonKey(key)), options)
    return rolled.map((one, place) => ({ ...one, horizon: horizons[place] }))
  }

  return {
    summaries: (series, buckets, { quantiles = [], signal } = {}) => steadily(series, buckets, { signal }, () => store.summaries(series, buckets, { quantiles, signal }), async (known) => {
      const stored = await storedTotals(known.map(({ key }) => key), buckets, read, { signal })
      const fresh = series.map((): Summary[] => [])
      for (const [hidden, indexes] of byHidden(series, known)) {
        for (const piece of piecesAfter(hidden, buckets)) {
          const found = await store.summaries(indexes.map((index) => series[index] as SeriesKey), piece, { quantiles, signal })
          for (const [place, index] of indexes.entries()) fresh[index]?.push(...(found[place] ?? []).map((summary) => ({ ...summary, from: bucketStart(summary.from, buckets) })))
        }
      }
      const storedOf = new Map(known.map(({ index }, place) => [index, stored[place] ?? new Map<Microseconds, Stored>()]))
      return fresh.map((summaries, index) => merged(storedOf.get(index), summaries, quantiles.length))
    }),

    rollup(groups, buckets, aggregate, { signal } = {}) {
      const series = [...new Set(groups.flat())]
      return steadily(series, buckets, { signal }, () => store.rollup(groups, buckets, aggregate, { signal }), async (known) => {
        const cells = groups.map(() => new Map<Microseconds, Cell>())
        const add = (group: number, start: Microseconds, cell: Cell): void => {
          const other = cells[group]?.get(start)
          cells[group]?.set(start, other ? foldCell(aggregate, other, cell) : cell)
        }
        const stored = await storedTotals(known.map(({ key }) => key), buckets, read, { signal })
        const storedOf = new Map(known.map(({ key }, place) => [key, stored[place]]))
        for (const [group, keys] of groups.entries()) for (const key of keys) for (const [start, own] of storedOf.get(key) ?? []) add(group, start, contribution(aggregate, own))
        for (const [hidden, indexes] of byHidden(series, known)) {
          const members = new Set(indexes.map((index) => series[index]))
          for (const piece of piecesAfter(hidden, buckets)) {
            const rows = await store.rollup(groups.map((keys) => keys.filter((key) => members.has(key))), piece, aggregate === 'MEAN' ? 'SUM' : aggregate, { signal })
            for (const [group, found] of rows.entries()) for (const { from, ...cell } of found) add(group, bucketStart(from, buckets), { ...cell, at: Infinity }) // what is left is later than what is gone, but for what came late
          }
        }
        return cells.map((own) => [...own].sort(([left], [right]) => left - right).map(([from, { count, value }]): RollupBucket => ({ from, count, value: aggregate === 'MEAN' && value !== null ? value / count : value })))
      })
    },
  }
}

/** A series that was rolled up, its index in what was asked for, and its horizon as it was read. */
interface Known {
  readonly key: SeriesKey
  readonly index: number
  readonly horizon: Reading | undefined
}

/** Whether buckets begin at the instant or later, or hide readings. */
const reachesInto = (from: Microseconds, { reach, state }: Horizon): boolean => state === 'ROLLED_UP' || reach > from

const isSame = (left: readonly Known[], right: readonly Known[]): boolean => left.length === right.length && left.every(({ horizon }, place) => horizon?.receivedAt === right[place]?.horizon?.receivedAt)

/** Indexes of series by the time before which their readings do not count, since they are in buckets and not yet forgotten: few, and for moments only. */
function byHidden(series: readonly SeriesKey[], known: readonly Known[]): ReadonlyMap<Microseconds, readonly number[]> {
  const hidden = new Map(known.flatMap(({ index, horizon }) => {
    const { state, before } = horizon ? readHorizon(horizon) : {}
    return state === 'ROLLED_UP' && before !== undefined ? [[index, before] as const] : []
  }))
  return Map.groupBy(series.keys(), (index) => hidden.get(index) ?? -Infinity)
}

/** The asked buckets without what lies before an instant: its bucket from there on, and those behind it. */
function piecesAfter(instant: Microseconds, buckets: Buckets): readonly Buckets[] {
  const { from, to, width } = buckets
  if (instant <= from) return [buckets]
  if (instant >= to) return []
  const start = bucketStart(instant, buckets)
  if (start === instant) return [{ from: start, to, width }]
  const end = Math.min(start + width, to)
  return [{ from: instant, to: end, width: end - instant }, ...(end < to ? [{ from: end, to, width }] : [])]
}

/** What is in buckets is earlier than what is not, but for what came late. */
function merged(stored: ReadonlyMap<Microseconds, Stored> | undefined, summaries: readonly Summary[], quantiles: number): readonly Summary[] {
  if (!stored || stored.size === 0) return summaries
  const all = new Map(summaries.map((summary) => [summary.from, summary]))
  for (const [from, { totals }] of stored) {
    const fresh = all.get(from)
    all.set(from, toSummary(from, fresh ? combine(totals, fromSummary(fresh)) : totals, quantiles))
  }
  return [...all.values()].sort((left, right) => left.from - right.from)
}
