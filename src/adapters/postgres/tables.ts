import type { Database, Transaction } from './database.ts'
import { hypertable, hasTimescale } from './timescale.ts'

/** How the readings lie: in partitions by month that we make, or in a hypertable of TimescaleDB, which does that itself. */
export type Layout = 'partitions' | 'hypertable'

/** Whoever changes the tables holds this advisory lock: "twinfold" in ASCII, as a number. */
export const tablesLock = '8392292353514105956'

const schemaVersion = 2

/**
 * Version 1. Series and origins are found by a digest of their names, which have no bound on their length. `tenant.head` is the place of the last batch; who
 * appends locks that row, so that batches of all processes have one order, and are seen in it.
 */
const version1 = `
CREATE TABLE twinfold.tenant (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, head bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);
CREATE TABLE twinfold.series (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant int NOT NULL REFERENCES twinfold.tenant, digest uuid NOT NULL,
  twin text NOT NULL, name text NOT NULL, kind text NOT NULL, source text NOT NULL, run text, UNIQUE (tenant, digest));
CREATE TABLE twinfold.origin (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant int NOT NULL REFERENCES twinfold.tenant, digest uuid NOT NULL, name text NOT NULL, UNIQUE (tenant, digest));
CREATE TABLE twinfold.latest (
  series int PRIMARY KEY, at bigint NOT NULL, received bigint NOT NULL, sequence bigint, num double precision, int bigint, origin int, quality smallint NOT NULL, text text) WITH (fillfactor = 60);
CREATE TABLE twinfold.seen (series int, origin int, greatest_at bigint NOT NULL, ranges bigint[] NOT NULL, PRIMARY KEY (series, origin)) WITH (fillfactor = 60);
COMMENT ON TABLE twinfold.seen IS 'Sequence numbers that an origin (0: none) gave to a series, as first and last of ranges: {0,41,43,99}'`

const readings = (ending: string): string => `
CREATE TABLE twinfold.reading (
  at bigint NOT NULL, received bigint NOT NULL, sequence bigint, num double precision, int bigint, series int NOT NULL, origin int, tenant int NOT NULL, quality smallint NOT NULL, text text,
  PRIMARY KEY (series, at)) ${ending};
CREATE INDEX reading_received ON twinfold.reading (tenant, received);
COMMENT ON TABLE twinfold.reading IS 'One row for a series and a time. Times are microseconds since 1970; int holds integers and booleans, text strings and JSON; quality 0 GOOD, 1 UNCERTAIN, 2 BAD'`

/** Version 2: what was replaced is kept, for those who ask what was known. A reading counted from `received` until `replaced`. */
const version2 = `
CREATE TABLE twinfold.replaced (
  at bigint NOT NULL, received bigint NOT NULL, replaced bigint NOT NULL, sequence bigint, num double precision, int bigint, series int NOT NULL, origin int, quality smallint NOT NULL, text text,
  PRIMARY KEY (series, at, received))`

/** Makes the tables where they are not there; of processes that come at once one does it and the others wait. */
export async function obtainTables(database: Database): Promise<Layout> {
  return await database.transaction(async (tx) => {
    await tx.run({ text: 'SELECT pg_advisory_xact_lock($1)', values: [tablesLock] })
    const [exists] = (await tx.run({ text: "SELECT to_regclass('twinfold.layout') IS NOT NULL" })).rows
    if (exists?.[0] !== true) await createTables(tx)
    const [row] = (await tx.run({ text: 'SELECT version, readings FROM twinfold.layout' })).rows
    if (Number(row?.[0]) === 1) await toVersion2(tx)
    else if (Number(row?.[0]) !== schemaVersion) throw new Error(`The telemetry tables in PostgreSQL have version ${String(row?.[0])}, and this release of Twinfold knows ${schemaVersion}. Start the release that made them, or a later one.`)
    return row?.[1] as Layout
  })
}

async function toVersion2(tx: Transaction): Promise<void> {
  await tx.run({ text: version2 })
  await tx.run({ text: 'UPDATE twinfold.layout SET version = 2' })
}

async function createTables(tx: Transaction): Promise<void> {
  const layout: Layout = await hasTimescale(tx) ? 'hypertable' : 'partitions'
  const [schema] = (await tx.run({ text: "SELECT to_regnamespace('twinfold') IS NOT NULL" })).rows
  if (schema?.[0] !== true) await tx.run({ text: 'CREATE SCHEMA twinfold' }) // with IF NOT EXISTS the right to make one would be needed where it exists, too
  for (const text of version1.split(';\n')) await tx.run({ text })
  for (const text of readings(layout === 'partitions' ? 'PARTITION BY RANGE (at)' : '').split(';\n')) await tx.run({ text })
  await tx.run({ text: version2 })
  if (layout === 'hypertable') for (const text of hypertable) await tx.run({ text })
  await tx.run({ text: 'CREATE TABLE twinfold.layout (version int NOT NULL, readings text NOT NULL)' })
  await tx.run({ text: 'INSERT INTO twinfold.layout VALUES ($1, $2)', values: [schemaVersion, layout] })
}

/** The tenant's number; made where there is none. */
export async function obtainTenant(database: Database, name: string): Promise<number> {
  return await database.transaction(async (tx) => {
    await tx.run({ text: 'INSERT INTO twinfold.tenant (name) VALUES ($1) ON CONFLICT (name) DO NOTHING', values: [name] })
    const [row] = (await tx.run({ text: 'SELECT id FROM twinfold.tenant WHERE name = $1', values: [name] })).rows
    return Number(row?.[0])
  })
}
