import type { DuckDBValue } from '@duckdb/node-api'
import type { Affine, Aggregate, Buckets, RollupBucket, Summary, TimeRange } from '../../telemetry/telemetry-store.ts'
import type { Reading, SeriesKind, SeriesValue } from '../../telemetry/reading.ts'
import { lastReceived } from './archive.ts'
import { formOf, fromLane, fromQualityCode, type Lane } from './rows.ts'
import { columns, type Table } from './table.ts'

/** SQL over the tables of one lane. Numbers of series and times are whole numbers of ours and stand in the text: DuckDB leaves out what cannot match by them. */

export type DuckRow = readonly DuckDBValue[]

/** Times beyond a safe integer are as good as none. */
const inRange = ({ from, to }: TimeRange): string => `t >= ${Math.max(from, -Number.MAX_SAFE_INTEGER)} AND t < ${Math.min(to, Number.MAX_SAFE_INTEGER)}`

/** The readings of the series in the range, each series and time once, as they are or as they were known; undefined where no table can hold any. */
export function readingsOf(tables: readonly Table[], lane: Lane, series: readonly number[], range: TimeRange, knownUntil?: number): string | undefined {
  const within = tables.filter((table) => table.lane === lane && table.minAt < range.to && table.maxAt >= range.from)
  if (within.length === 0 || series.length === 0) return undefined
  const condition = `${inRange(range)} AND series ${series.length === 1 ? `= ${series[0]}` : `IN (${series.join(', ')})`}`
  return knownUntil === undefined ? presentReadings(within.filter(({ replaced }) => !replaced), condition) : knownReadings(within.filter(({ minReceived }) => minReceived <= knownUntil), `${condition} AND received <= ${knownUntil}`)
}

function presentReadings(within: readonly Table[], condition: string): string | undefined {
  if (within.length === 0) return undefined
  const all = (late: boolean): string => within.filter((table) => table.late === late).map(({ name }) => `SELECT ${columns} FROM ${name} WHERE ${condition}`).join(' UNION ALL ')
  const [inOrder, late] = [all(false), all(true)]
  if (late === '') return inOrder
  if (inOrder === '') return lastReceived(late)
  return `WITH late AS MATERIALIZED (${lastReceived(late)}) SELECT ${columns} FROM (${inOrder}) ANTI JOIN late USING (series, t) UNION ALL SELECT ${columns} FROM late`
}

/**
 * As they were known at an instant, which is part of the condition. Few series and times have several readings: those that have a late or a replaced one.
 * Of readings that were received together, as may be within a batch, the late one was the last.
 */
function knownReadings(within: readonly Table[], condition: string): string | undefined {
  if (within.length === 0) return undefined
  const all = (tables: readonly Table[], more = ''): string => tables.map(({ name }) => `SELECT ${columns}${more} FROM ${name} WHERE ${condition}`).join(' UNION ALL ')
  const [ordinary, late, replaced] = [within.filter((table) => !table.late && !table.replaced), within.filter((table) => table.late), within.filter((table) => table.replaced)]
  const aside = [all(late, ', 2 AS rank'), all(replaced, ', 0 AS rank')].filter((part) => part !== '').join(' UNION ALL ')
  if (aside === '') return all(ordinary)
  const lastKnown = (query: string): string => `SELECT ${columns} FROM (${query}) QUALIFY row_number() OVER (PARTITION BY series, t ORDER BY received DESC, rank DESC) = 1`
  if (ordinary.length === 0) return lastKnown(aside)
  return `WITH aside AS MATERIALIZED (${aside}) SELECT ${columns} FROM (${all(ordinary)}) ANTI JOIN aside USING (series, t)
    UNION ALL ${lastKnown(`SELECT ${columns}, rank FROM aside UNION ALL SELECT ${columns}, 1 AS rank FROM (${all(ordinary)}) SEMI JOIN aside USING (series, t)`)}`
}

/**
 * The first readings received after a cursor, whole batches, at least `limit` where there are so many; the last column says of each whether it was replaced since,
 * as only late ones do, one of the same batch, too. However much is behind them, of that the times of receipt alone are looked at.
 */
export function receivedOf(tables: readonly Table[], lane: Lane, { after, before }: { readonly after: number; readonly before: number }, limit: number): string | undefined {
  const within = tables.filter((table) => table.lane === lane && !table.replaced && table.maxReceived > after)
  if (within.length === 0) return undefined
  const from = (some: readonly Table[], what: string, bound = ''): string => some.map(({ name, late }) => `SELECT ${what.replace('$late', String(late))} FROM ${name} WHERE received > ${after} AND received < ${before}${bound}`).join(' UNION ALL ')
  const end = `(SELECT max(received) FROM (SELECT received FROM (${from(within, 'received')}) ORDER BY received LIMIT ${limit}))`
  const late = within.filter((table) => table.late)
  const page = from(within, `${columns}, $late AS late`, ' AND received <= (SELECT * FROM edge)')
  if (late.length === 0) return `WITH edge AS MATERIALIZED ${end} SELECT ${columns}, false FROM (${page}) ORDER BY received, series, t`
  return `WITH edge AS MATERIALIZED ${end}, page AS MATERIALIZED (${page}),
    newest AS (SELECT series, t, max(received) AS replacing FROM (${from(late, 'series, t, received')}) SEMI JOIN page USING (series, t) GROUP BY ALL)
    SELECT ${columns}, coalesce(replacing > received OR (replacing = received AND NOT late), false) FROM page LEFT JOIN newest USING (series, t) ORDER BY received, series, t`
}

export const pageOf = (source: string, first: number): string =>
  `SELECT ${columns} FROM (${source}) QUALIFY row_number() OVER (PARTITION BY series ORDER BY t) <= ${first} ORDER BY series, t`

export const latestOf = (source: string): string =>
  `SELECT ${columns} FROM (${source}) QUALIFY row_number() OVER (PARTITION BY series ORDER BY t DESC) = 1`

/** DuckDB fails where squares overflow; of values so large the deviation is left out. */
const deviation = 'CASE WHEN max(abs(value::DOUBLE)) < 1e150 THEN stddev_samp(value) FILTER (abs(value::DOUBLE) < 1e150) END'

export function summariesOf(source: string, lane: Lane, { from, width }: Buckets, quantiles: readonly number[]): string {
  const numbers = formOf(lane) === 'text'
    ? 'NULL, NULL, NULL, NULL, NULL, NULL'
    : `min(value), max(value), sum(value), avg(value), ${deviation}, ${quantiles.length > 0 ? `quantile_cont(value::DOUBLE, [${quantiles.join(', ')}]::DOUBLE[])` : 'NULL'}`
  return `SELECT series, (t - ${from}) // ${width} AS bucket, count(*), arg_min(value, t), arg_max(value, t), ${numbers}, max(received) FROM (${source}) GROUP BY ALL ORDER BY ALL`
}

export function toSummary(kind: SeriesKind, { from, width }: Buckets, quantiles: number, row: DuckRow): Summary {
  const [, bucket, count, first, last, min, max, sum, mean, stddev, listed, received] = row
  const isNumber = kind === 'float' || kind === 'integer'
  return {
    from: from + Number(bucket) * width, count: Number(count), received: Number(received),
    first: fromLane(kind, first as SeriesValue), last: fromLane(kind, last as SeriesValue),
    min: isNumber ? min as number | bigint : null, max: isNumber ? max as number | bigint : null, sum: isNumber && (typeof sum === 'bigint' || Number.isFinite(sum)) ? sum as number | bigint : null,
    mean: toNumber(mean), stddev: toNumber(stddev),
    quantiles: listed && typeof listed === 'object' && 'items' in listed ? listed.items.map((item) => toNumber(item)) : Array.from({ length: quantiles }, () => null),
  }
}

/** Beyond what a number holds: null. */
const toNumber = (value: DuckDBValue | undefined): number | null => (value === null || value === undefined || !Number.isFinite(Number(value)) ? null : Number(value))

const aggregates: Readonly<Record<Aggregate, string>> = {
  MEAN: 'sum(total) / sum(n)', SUM: 'sum(total)', MIN: 'min(least)', MAX: 'max(greatest)', COUNT: 'sum(n)', FIRST: 'arg_min(earliest, begun)', LAST: 'arg_max(latest, ended)',
}

/** What each series contributes to a bucket, before series are put together. */
const contributions: Readonly<Record<Aggregate, string>> = {
  MEAN: 'sum(value) AS total', SUM: 'sum(value) AS total', MIN: 'min(value) AS least', MAX: 'max(value) AS greatest', COUNT: '0 AS none',
  FIRST: 'arg_min(value, t) AS earliest, min(t) AS begun', LAST: 'arg_max(value, t) AS latest, max(t) AS ended',
}

/** Series first, then groups: a reading is looked at once, however many groups its series is in. `affine`: by series. */
export const rollupOf = (sources: readonly string[], { from, width }: Buckets, aggregate: Aggregate, groups: readonly (readonly number[])[], affine: ReadonlyMap<number, Affine>): string => `
  WITH part AS (SELECT series, (t - ${from}) // ${width} AS bucket, count(*) AS n, ${contributions[aggregate]} FROM (${sources.map((source) => scaled(`SELECT series, t, value::DOUBLE AS value FROM (${source})`, affine)).join(' UNION ALL ')}) GROUP BY ALL),
  member(grp, series) AS (VALUES ${groups.flatMap((series, group) => series.map((id) => `(${group}, ${id})`)).join(', ')})
  SELECT grp, bucket, sum(n), ${aggregates[aggregate]} FROM part JOIN member USING (series) GROUP BY ALL ORDER BY ALL`

function scaled(source: string, affine: ReadonlyMap<number, Affine>): string {
  if (affine.size === 0) return source
  const rows = [...affine].map(([series, { scale, shift }]) => `(${series}, ${scale}::DOUBLE, ${shift}::DOUBLE)`)
  return `SELECT series, t, CASE WHEN scale IS NULL THEN value ELSE value * scale + shift END AS value FROM (${source}) LEFT JOIN (VALUES ${rows.join(', ')}) AS f(series, scale, shift) USING (series)`
}

export const toRollupBucket = ({ from, width }: Buckets, [, bucket, count, value]: DuckRow): RollupBucket => ({ from: from + Number(bucket) * width, count: Number(count), value: toNumber(value) })

export const toReading = (kind: SeriesKind, [, t, received, quality, origin, sequence, value]: DuckRow, originName: (id: number) => string | null): Reading => ({
  at: Number(t), value: fromLane(kind, value as SeriesValue), quality: fromQualityCode(Number(quality)), receivedAt: Number(received),
  origin: originName(Number(origin)), sequence: Number(sequence) < 0 ? null : Number(sequence),
})
