import type { Microseconds, NewReading } from '../../telemetry/reading.ts'
import type { Seen } from '../../telemetry/seen-sequences.ts'
import type { Statement } from './database.ts'
import { toColumns, toQualityCode } from './rows.ts'

/** A reading that was decided on. */
export interface Placed {
  readonly reading: NewReading
  readonly series: number
  /** 0: none. */
  readonly origin: number
  readonly received: Microseconds
}

/** A reading that was given a place and lost it again in the same transaction, to one of a later batch. */
export interface Overtaken extends Placed {
  readonly replaced: Microseconds
}

/** What a transaction writes: readings, each series and time once, and the sequence numbers of origins that changed. */
export interface Written {
  readonly tenant: number
  readonly head: Microseconds
  readonly placed: readonly Placed[]
  readonly overtaken: readonly Overtaken[]
  readonly seen: readonly { readonly series: number; readonly origin: number; readonly seen: Seen }[]
}

const names = ['at', 'received', 'sequence', 'num', 'int', 'series', 'origin', 'quality', 'text']
const columns = names.join(', ')
const prefixed = (table: string): string => names.map((name) => `${table}.${name}`).join(', ')

/**
 * All of it is one statement: readings, the latest of each series, sequence numbers, and the place in the order of receipt. Its parts see the tables as they
 * were before, so that what is replaced can be put aside. Only readings that are not later than all of their series are looked for.
 */
const text = `
WITH given AS MATERIALIZED (
  SELECT * FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::double precision[], $7::bigint[], $8::int[], $9::int[], $10::smallint[], $11::text[], $16::bigint[]) AS t(${columns}, replaced)
), fresh AS MATERIALIZED (
  SELECT ${columns} FROM given WHERE replaced IS NULL
), aside AS (
  INSERT INTO twinfold.replaced (${columns}, replaced)
  SELECT ${columns}, replaced FROM given WHERE replaced IS NOT NULL
  UNION ALL SELECT ${prefixed('r')}, f.received FROM (SELECT series, at, min(received) AS received FROM given GROUP BY series, at) f
    JOIN twinfold.latest l ON l.series = f.series AND l.at >= f.at JOIN twinfold.reading r ON r.series = f.series AND r.at = f.at
), stored AS (
  INSERT INTO twinfold.reading (tenant, ${columns}) SELECT $1, ${columns} FROM fresh ORDER BY series, at
  ON CONFLICT (series, at) DO UPDATE SET received = excluded.received, sequence = excluded.sequence, num = excluded.num, int = excluded.int, origin = excluded.origin, quality = excluded.quality, text = excluded.text
), newest AS (
  INSERT INTO twinfold.latest AS known (${columns}) SELECT DISTINCT ON (series) ${columns} FROM fresh ORDER BY series, at DESC
  ON CONFLICT (series) DO UPDATE SET at = excluded.at, received = excluded.received, sequence = excluded.sequence, num = excluded.num, int = excluded.int, origin = excluded.origin, quality = excluded.quality, text = excluded.text
  WHERE excluded.at >= known.at
), noticed AS (
  INSERT INTO twinfold.seen (series, origin, greatest_at, ranges) SELECT series, origin, greatest_at, ranges::bigint[] FROM unnest($12::int[], $13::int[], $14::bigint[], $15::text[]) AS t(series, origin, greatest_at, ranges)
  ON CONFLICT (series, origin) DO UPDATE SET greatest_at = excluded.greatest_at, ranges = excluded.ranges
)
UPDATE twinfold.tenant SET head = $2 WHERE id = $1`

export function writeStatement({ tenant, head, placed: last, overtaken, seen }: Written): Statement {
  const placed = [...last, ...overtaken]
  const values = placed.map(({ reading }) => toColumns(reading.value))
  return {
    name: 'append', text,
    values: [
      tenant, head,
      placed.map(({ reading }) => reading.at), placed.map(({ received }) => received), placed.map(({ reading }) => reading.sequence),
      values.map(({ num }) => num), values.map(({ int }) => int), placed.map(({ series }) => series), placed.map(({ origin }) => (origin === 0 ? null : origin)),
      placed.map(({ reading }) => toQualityCode(reading.quality)), values.map((value) => value.text),
      seen.map(({ series }) => series), seen.map(({ origin }) => origin), seen.map((each) => each.seen.greatestAt), seen.map((each) => `{${each.seen.ranges.join(',')}}`),
      [...last.map(() => null), ...overtaken.map(({ replaced }) => replaced)],
    ],
  }
}
