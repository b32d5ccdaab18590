import { ownSeriesPrefix } from '../../scenario/override.ts'
import { type Microseconds, type SeriesKey, seriesKeyText } from '../../telemetry/reading.ts'
import { bucketsInSight, endOfSight, isUnbounded, rangeInSight } from '../../telemetry/sight.ts'
import type { Aggregate, Buckets, RollupOptions, SeriesOptions, Sight, TimeRange } from '../../telemetry/telemetry-store.ts'
import type { Statement } from './database.ts'
import { digestsOf } from './names.ts'
import { readingColumns, seriesColumns } from './rows.ts'
import { toStoredText } from './text.ts'

/** The statements that read. The first column says which of the series asked for a row belongs to, from 1. `$1` is the tenant, `$2` the digests of series. */

const wanted = 'unnest($2::uuid[]) WITH ORDINALITY AS w(digest, place) JOIN twinfold.series s ON s.tenant = $1 AND s.digest = w.digest'

const origins = 'LEFT JOIN twinfold.origin o ON o.id = r.origin'

/** Times that no reading has stand for those beyond what JavaScript counts exactly. */
const bounded = (at: Microseconds): number => Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, at))

const valueColumns = 'series, at, received, sequence, num, int, origin, quality, text'

/** Where readings are looked up, and how the statement that does is called: as they are, or as they were known at the instant that is its `parameter`th value. */
interface Readings {
  readonly table: string
  readonly suffix: string
  readonly values: readonly unknown[]
}

function readingsIn({ knownUntil }: Sight, parameter: number): Readings {
  if (knownUntil === undefined) return { table: 'twinfold.reading', suffix: '', values: [] }
  const known = `$${parameter}::bigint`
  return {
    table: `(SELECT ${valueColumns} FROM twinfold.reading WHERE received <= ${known} UNION ALL SELECT ${valueColumns} FROM twinfold.replaced WHERE received <= ${known} AND replaced > ${known})`,
    suffix: '-known', values: [bounded(knownUntil)],
  }
}

/** The same, where what some series say is known whenever it was received. */
function readingsBut(alwaysKnown: readonly SeriesKey[], sight: Sight, parameter: number): Readings {
  const bounded = readingsIn(sight, parameter)
  if (alwaysKnown.length === 0 || sight.knownUntil === undefined) return bounded
  const [known, always] = [`$${parameter}::bigint`, `(SELECT id FROM twinfold.series WHERE tenant = $1 AND digest = ANY($${parameter + 1}::uuid[]))`]
  return {
    table: `(SELECT ${valueColumns} FROM twinfold.reading WHERE received <= ${known} OR series IN ${always}
      UNION ALL SELECT ${valueColumns} FROM twinfold.replaced WHERE received <= ${known} AND replaced > ${known} AND series NOT IN ${always})`,
    suffix: `${bounded.suffix}-always`, values: [...bounded.values, digestsOf(alwaysKnown)],
  }
}

export const latestOf = (tenant: number, series: readonly SeriesKey[]): Statement => ({
  name: 'latest', text: `SELECT w.place, ${readingColumns} FROM ${wanted} JOIN twinfold.latest r ON r.series = s.id ${origins}`,
  values: [tenant, digestsOf(series)],
})

export function latestBeforeOf(tenant: number, series: readonly SeriesKey[], before: Microseconds, sight: Sight): Statement {
  const { table, suffix, values } = readingsIn(sight, 4)
  return {
    name: `latest-before${suffix}`,
    text: `SELECT w.place, ${readingColumns} FROM ${wanted} CROSS JOIN LATERAL (SELECT * FROM ${table} x WHERE series = s.id AND at < $3 ORDER BY at DESC LIMIT 1) r ${origins}`,
    values: [tenant, digestsOf(series), bounded(endOfSight(before, sight.until)), ...values],
  }
}

export function pageOf(tenant: number, series: readonly SeriesKey[], range: TimeRange, first: number, sight: Sight): Statement {
  const { from, to } = rangeInSight(range, sight)
  const { table, suffix, values } = readingsIn(sight, 6)
  return {
    name: `page${suffix}`,
    text: `SELECT w.place, ${readingColumns} FROM ${wanted}
      CROSS JOIN LATERAL (SELECT * FROM ${table} x WHERE series = s.id AND at >= $3 AND at < $4 ORDER BY at LIMIT $5) r ${origins} ORDER BY w.place, r.at`,
    values: [tenant, digestsOf(series), bounded(from), bounded(to), first, ...values],
  }
}

/** `most` series and one more; the columns of the reading are null where none is in sight. */
export function seriesOf(tenant: number, { measured, most, ...sight }: SeriesOptions): Statement {
  const values: unknown[] = [tenant, most === undefined ? null : most + 1]
  const only = measured === undefined ? '' : `AND s.name = $${values.push(toStoredText(measured))} AND s.source = 'MEASURED'`
  const there = `SELECT s.* FROM twinfold.series s WHERE s.tenant = $1 ${only} AND EXISTS (SELECT 1 FROM twinfold.latest l WHERE l.series = s.id) ORDER BY s.id LIMIT $2::bigint`
  const name = `series${measured === undefined ? '' : '-measured'}`
  if (isUnbounded(sight)) return { name, text: `SELECT ${seriesColumns}, ${readingColumns} FROM (${there}) s JOIN twinfold.latest r ON r.series = s.id ${origins} ORDER BY s.id`, values }
  const end = values.push(bounded(endOfSight(Infinity, sight.until)))
  const { table, suffix, values: known } = readingsIn(sight, end + 1)
  return {
    name: `${name}-in-sight${suffix}`,
    text: `SELECT ${seriesColumns}, ${readingColumns} FROM (${there}) s
      LEFT JOIN LATERAL (SELECT * FROM ${table} x WHERE series = s.id AND at < $${end}::bigint ORDER BY at DESC LIMIT 1) r ON true ${origins} ORDER BY s.id`,
    values: [...values, ...known],
  }
}

export const receivedOf = (tenant: number, after: Microseconds, limit: number): Statement => ({
  name: 'received',
  text: `WITH page AS MATERIALIZED (SELECT received FROM twinfold.reading WHERE tenant = $1 AND received > $2 ORDER BY received LIMIT $3)
    SELECT ${seriesColumns}, ${readingColumns} FROM twinfold.reading r JOIN twinfold.series s ON s.id = r.series ${origins}
    WHERE r.tenant = $1 AND r.received > $2 AND r.received <= (SELECT max(received) FROM page) ORDER BY r.received, r.series, r.at`,
  values: [tenant, bounded(after), limit],
})

/** As `isOfRun` has it; `$${own}`: how the series begin that scenarios keep. */
export const ofRun = (own: number): string => `(s.run IS NOT NULL AND s.source IN ('SIMULATED', 'PREDICTED') AND NOT starts_with(s.twin, $${own}))`

/** Looks past what runs say, as far as the first that is something else. */
export const receivedWithoutRuns = (tenant: number, after: Microseconds, limit: number): Statement => ({
  name: 'received-without-runs',
  text: `WITH page AS MATERIALIZED (SELECT r.received FROM twinfold.reading r JOIN twinfold.series s ON s.id = r.series WHERE r.tenant = $1 AND r.received > $2 AND NOT ${ofRun(4)} ORDER BY r.received LIMIT $3)
    SELECT ${seriesColumns}, ${readingColumns} FROM twinfold.reading r JOIN twinfold.series s ON s.id = r.series ${origins}
    WHERE r.tenant = $1 AND r.received > $2 AND r.received <= (SELECT max(received) FROM page) AND NOT ${ofRun(4)} ORDER BY r.received, r.series, r.at`,
  values: [tenant, bounded(after), limit, toStoredText(ownSeriesPrefix)],
})

/**
 * How floats are added up: as they are, or as decimals of any size, which takes ten times as long, but cannot overflow. PostgreSQL refuses to answer where a sum
 * or a square is beyond what a float holds.
 */
export type Arithmetic = 'float' | 'decimal'

const floatIn: Readonly<Record<Arithmetic, string>> = { float: 'r.num', decimal: 'r.num::numeric' }

/** `[place, bucket, count, first num, int, text, last num, int, text, min num, int, max num, int, sum num, int, mean, stddev, quantiles, received]`. */
export function summariesOf(tenant: number, series: readonly SeriesKey[], asked: Buckets, quantiles: readonly number[], arithmetic: Arithmetic, sight: Sight): Statement {
  const { from, to, width } = bucketsInSight(asked, sight)
  const { table, suffix, values } = readingsIn(sight, quantiles.length > 0 ? 7 : 6)
  const num = floatIn[arithmetic]
  const shares = quantiles.length === 0 ? 'NULL::double precision[]' : 'percentile_cont($6::double precision[]) WITHIN GROUP (ORDER BY coalesce(r.num, r.int::double precision))'
  return {
    name: `summaries-${arithmetic}-${quantiles.length > 0}${suffix}`,
    text: `WITH summary AS (
      SELECT w.place, s.id AS series, (r.at - $3) / $5 AS bucket, count(*) AS n, min(r.at) AS begun, max(r.at) AS ended,
        min(r.num) AS min_num, min(r.int) AS min_int, max(r.num) AS max_num, max(r.int) AS max_int, sum(${num})::text AS sum_num, sum(r.int)::text AS sum_int,
        coalesce(avg(${num})::text, avg(r.int)::text) AS mean, coalesce(stddev_samp(${num})::text, stddev_samp(r.int)::text) AS stddev, ${shares} AS quantiles, max(r.received) AS received
      FROM ${wanted} JOIN ${table} r ON r.series = s.id AND r.at >= $3 AND r.at < $4 GROUP BY 1, 2, 3)
    SELECT place, bucket, n, f.num, f.int, f.text, l.num, l.int, l.text, min_num, min_int, max_num, max_int, sum_num, sum_int, mean, stddev, quantiles, summary.received
    FROM summary JOIN ${table} f ON f.series = summary.series AND f.at = begun JOIN ${table} l ON l.series = summary.series AND l.at = ended ORDER BY place, bucket`,
    values: [tenant, digestsOf(series), bounded(from), bounded(to), width, ...(quantiles.length > 0 ? [quantiles.map(String)] : []), ...values],
  }
}

interface Parts {
  /** What a series contributes to a bucket. */
  readonly part: string
  /** What the parts of a group's series come to. */
  readonly whole: string
}

/** How a reading's value is written; `wanted` has `scale` and `shift` for some series where `isScaled`. Decimals do not overflow. */
interface Valued {
  readonly arithmetic: Arithmetic
  readonly isScaled: boolean
}

function valueIn({ arithmetic, isScaled }: Valued): string {
  const type = arithmetic === 'float' ? 'double precision' : 'numeric'
  const value = `coalesce(r.num::${type}, r.int::${type})`
  return isScaled ? `CASE WHEN wanted.scale IS NULL THEN ${value} ELSE ${value} * wanted.scale::${type} + wanted.shift::${type} END` : value
}

const sums = (number: string): Parts => ({ part: `sum(${number}) AS amount`, whole: 'sum(amount)' })

function partsOf(aggregate: Exclude<Aggregate, 'FIRST' | 'LAST'>, valued: Valued): Parts {
  const added = sums(valueIn(valued))
  const value = valueIn(valued.isScaled ? valued : { ...valued, arithmetic: 'float' })
  switch (aggregate) {
    case 'SUM': return added
    case 'MEAN': return { ...added, whole: 'sum(amount) / sum(n)' }
    case 'MIN': return { part: `min(${value}) AS amount`, whole: 'min(amount)' }
    case 'MAX': return { part: `max(${value}) AS amount`, whole: 'max(amount)' }
    case 'COUNT': return { part: 'NULL', whole: 'sum(n)' }
  }
}

/** `[group from 0, bucket, count, value]`. Series first, then groups: a reading is looked at once, however many groups its series is in. */
export function rollupOf(tenant: number, groups: readonly (readonly SeriesKey[])[], asked: Buckets, aggregate: Aggregate, arithmetic: Arithmetic, { affine, alwaysKnown, ...sight }: RollupOptions): Statement {
  const { from, to, width } = bucketsInSight(asked, sight)
  const all = groups.flat()
  const isScaled = affine !== undefined && affine.size > 0
  const scales = isScaled ? all.map((key) => affine.get(seriesKeyText(key))) : []
  const { table, suffix, values: known } = readingsBut(all.filter((key) => alwaysKnown?.has(seriesKeyText(key)) === true), sight, isScaled ? 9 : 7)
  const [more, arrays] = isScaled ? [', scale, shift', ', $7::double precision[], $8::double precision[]'] : ['', '']
  const member = `WITH member AS MATERIALIZED (
      SELECT DISTINCT w.grp, s.id AS series${more} FROM unnest($2::uuid[], $6::int[]${arrays}) AS w(digest, grp${more}) JOIN twinfold.series s ON s.tenant = $1 AND s.digest = w.digest
    ), wanted AS (SELECT DISTINCT series${more} FROM member)`
  const per = (amounts: string): string => `part AS (
      SELECT r.series, (r.at - $3) / $5 AS bucket, count(*) AS n, ${amounts} FROM wanted JOIN ${table} r ON r.series = wanted.series AND r.at >= $3 AND r.at < $4 GROUP BY 1, 2)`
  const values = [
    tenant, digestsOf(all), bounded(from), bounded(to), width, groups.flatMap((group, index) => group.map(() => index)),
    ...(isScaled ? [scales.map((own) => own?.scale ?? null), scales.map((own) => own?.shift ?? null)] : []), ...known,
  ]
  const name = `rollup-${aggregate}-${arithmetic}${isScaled ? '-scaled' : ''}${suffix}`
  if (aggregate !== 'FIRST' && aggregate !== 'LAST') {
    const { part, whole } = partsOf(aggregate, { arithmetic, isScaled })
    return { name, text: `${member}, ${per(part)} SELECT grp, bucket, sum(n), (${whole})::text FROM part JOIN member USING (series) GROUP BY 1, 2 ORDER BY 1, 2`, values }
  }
  const [edge, order] = aggregate === 'FIRST' ? ['min', 'ASC'] : ['max', 'DESC']
  return {
    name,
    text: `${member}, ${per(`${edge}(r.at) AS edge`)}, ends AS (
      SELECT grp, bucket, series, edge, sum(n) OVER (PARTITION BY grp, bucket) AS n, row_number() OVER (PARTITION BY grp, bucket ORDER BY edge ${order}, series) AS nth FROM part JOIN member USING (series))
    SELECT grp, bucket, ends.n, (${valueIn({ arithmetic, isScaled })})::text FROM ends JOIN wanted USING (series) JOIN ${table} r ON r.series = ends.series AND r.at = ends.edge WHERE nth = 1 ORDER BY 1, 2`,
    values,
  }
}
