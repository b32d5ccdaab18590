import { failure } from '../../errors.ts'
import { type Microseconds, type SeriesKey, seriesKeyText } from '../reading.ts'
import type { Buckets, ReadOptions, RollupBucket, Summary, TelemetryStore } from '../telemetry-store.ts'
import { bucketStart, piecesAfter } from './asked-buckets.ts'
import { bucketsInSight } from '../sight.ts'
import type { LateGate } from './late-gate.ts'
import type { RollupBook } from './rollup-book.ts'
import { type Cell, contribution, foldCell } from './rollup-cell.ts'
import { type Horizon, horizonKey, readHorizon } from './stored-bucket.ts'
import { type Stored, storedTotals } from './stored-totals.ts'
import { combine, fromSummary, toSummary, withLate } from './totals.ts'

/** What of a store answers questions about times whose readings may be forgotten. */
export type SummaryStore = Pick<TelemetryStore, 'summaries' | 'rollup'>

/** Until the answer fits what was known before it. */
const mostAttempts = 5
/** Beside rounds; those after them are not disturbed by a round of this process. */
const hastyAttempts = 2

/**
 * Summaries over times whose readings were rolled up and forgotten, too. Count, least, greatest, sum, mean, deviation, first and last are exact where the
 * asked buckets are multiples of the stored ones on their grid (whole multiples of their length since 1970, UTC); otherwise a stored bucket counts where it
 * begins. Quantiles of such times are null. FIRST and LAST of a roll-up over several series are exact to the length of a stored bucket.
 * Where no series that is asked for was ever rolled up, the store is asked as it would be without this.
 */
export function withRollups(store: Pick<TelemetryStore, 'summaries' | 'rollup' | 'readings' | 'latest'>, book: RollupBook, gate: Pick<LateGate, 'undisturbed'>): SummaryStore {
  /** Readings and buckets are read one after the other; if a round came in between, both are read again. `rolled` answers nothing where it sees that itself. */
  const steadily = async <T>(series: readonly SeriesKey[], { from }: Buckets, options: ReadOptions, plain: () => Promise<T>, rolled: (known: readonly Known[]) => Promise<T | undefined>): Promise<T> => {
    const attempt = async (): Promise<T | undefined> => {
      const known = await knownOf(series, options)
      const needed = known.filter(({ state, reach }) => state === 'ROLLED_UP' || reach > from)
      const answer = needed.length === 0 ? await plain() : await rolled(needed)
      return answer !== undefined && isSame(known, await knownOf(series, options)) ? answer : undefined
    }
    for (let count = 1; count <= mostAttempts; count++) {
      const answer = await (count > hastyAttempts ? gate.undisturbed(attempt) : attempt())
      if (answer !== undefined) return answer
    }
    throw failure('TELEMETRY_UNAVAILABLE', { message: 'The readings that are asked for are being rolled up and forgotten at this moment. Ask again.' })
  }

  const knownOf = async (series: readonly SeriesKey[], { signal }: ReadOptions): Promise<readonly Known[]> => {
    const rolled = book.size === 0 ? [] : series.flatMap((key, index) => (book.lengthsOf(key) ? [{ key, index }] : []))
    if (rolled.length === 0) return []
    const horizons = await store.latest(rolled.map(({ key }) => horizonKey(key)), { signal })
    return rolled.flatMap((one, place) => {
      const reading = horizons[place] // none: its first buckets are being made
      return reading ? [{ ...one, ...readHorizon(reading), receivedAt: reading.receivedAt }] : []
    })
  }

  const storedOf = async (known: readonly Known[], buckets: Buckets, options: ReadOptions): Promise<ReadonlyMap<number, ReadonlyMap<Microseconds, Stored>> | undefined> => {
    const stored = await storedTotals(known.map(({ key }) => key), known.map(({ receivedAt }) => receivedAt), buckets, { store, book }, options)
    return stored && new Map(known.map(({ index }, place) => [index, stored[place] ?? new Map<Microseconds, Stored>()]))
  }

  return {
    summaries: (series, asked, { quantiles = [], ...options } = {}) => steadily(series, bucketsInSight(asked, options), options, () => store.summaries(series, asked, { quantiles, ...options }), async (known) => {
      const buckets = bucketsInSight(asked, options)
      const stored = await storedOf(known, buckets, options)
      const fresh = series.map((): Summary[] => [])
      for (const [hidden, indexes] of byHidden(series, known)) {
        for (const piece of piecesAfter(hidden, buckets)) {
          const found = await store.summaries(indexes.map((index) => series[index] as SeriesKey), piece, { quantiles, ...options })
          for (const [place, index] of indexes.entries()) fresh[index]?.push(...(found[place] ?? []).map((summary) => ({ ...summary, from: bucketStart(summary.from, buckets) })))
        }
      }
      const reaches = new Map(known.map(({ index, reach }) => [index, reach]))
      return stored && fresh.map((summaries, index) => merged(stored.get(index), summaries, buckets, reaches.get(index) ?? -Infinity, quantiles.length))
    }),

    rollup(groups, asked, aggregate, options = {}) {
      const series = [...new Set(groups.flat())]
      const buckets = bucketsInSight(asked, options)
      return steadily(series, buckets, options, () => store.rollup(groups, asked, aggregate, options), async (known) => {
        const stored = await storedOf(known, buckets, options)
        const cells = groups.map(() => new Map<Microseconds, Cell>())
        const add = (group: number, start: Microseconds, cell: Cell): void => {
          const other = cells[group]?.get(start)
          cells[group]?.set(start, other ? foldCell(aggregate, other, cell) : cell)
        }
        const indexOf = new Map(series.map((key, index) => [key, index]))
        const bucketsOf = (key: SeriesKey) => stored?.get(indexOf.get(key) ?? -1) ?? []
        for (const [group, keys] of groups.entries()) for (const key of keys) for (const [start, own] of bucketsOf(key)) add(group, start, contribution(aggregate, own, options.affine?.get(seriesKeyText(key))))
        for (const [hidden, indexes] of byHidden(series, known)) {
          const members = new Set(indexes.map((index) => series[index]))
          for (const piece of piecesAfter(hidden, buckets)) {
            const rows = await store.rollup(groups.map((keys) => keys.filter((key) => members.has(key))), piece, aggregate === 'MEAN' ? 'SUM' : aggregate, options)
            for (const [group, found] of rows.entries()) for (const { from, ...cell } of found) add(group, bucketStart(from, buckets), { ...cell, at: Infinity }) // what is left is later than what is gone
          }
        }
        return stored && cells.map((own) => [...own].sort(([left], [right]) => left - right).map(([from, { count, value }]): RollupBucket => ({ from, count, value: aggregate === 'MEAN' && value !== null ? value / count : value })))
      })
    },
  }
}

/** A series that was rolled up, its index in what was asked for, and its horizon as it was read. */
interface Known extends Horizon {
  readonly key: SeriesKey
  readonly index: number
  readonly receivedAt: Microseconds
}

const isSame = (left: readonly Known[], right: readonly Known[]): boolean => left.length === right.length && left.every(({ receivedAt }, place) => receivedAt === right[place]?.receivedAt)

/** Indexes of series by the time before which their readings do not count, since they are in buckets and not yet forgotten: few, and for moments only. */
function byHidden(series: readonly SeriesKey[], known: readonly Known[]): ReadonlyMap<Microseconds, readonly number[]> {
  const hidden = new Map(known.flatMap(({ index, state, before }) => (state === 'ROLLED_UP' ? [[index, before]] : [])))
  return Map.groupBy(series.keys(), (index) => hidden.get(index) ?? -Infinity)
}

/** What is in buckets is earlier than what is not; where all are in buckets that came in time, what is not came late, and its place among them is not known. */
function merged(stored: ReadonlyMap<Microseconds, Stored> | undefined, summaries: readonly Summary[], { width, to }: Buckets, reach: Microseconds, quantiles: number): readonly Summary[] {
  if (!stored || stored.size === 0) return summaries
  const all = new Map(summaries.map((summary) => [summary.from, summary]))
  for (const [from, { totals }] of stored) {
    const fresh = all.get(from)
    const isLate = Math.min(from + width, to) <= reach
    all.set(from, toSummary(from, fresh ? (isLate ? withLate : combine)(totals, fromSummary(fresh)) : totals, quantiles))
  }
  return [...all.values()].sort((left, right) => left.from - right.from)
}
