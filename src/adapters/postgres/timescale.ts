import type { Transaction } from './database.ts'

const day = 86_400_000_000

/**
 * TimescaleDB keeps the readings, where the extension can be had. Written by its documentation ("Hypertables", "Compression", integer time columns);
 * our tests have no server with the extension.
 */
export const hypertable: readonly string[] = [
  'CREATE FUNCTION twinfold.now_microseconds() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT (extract(epoch FROM now()) * 1000000)::bigint $$',
  `SELECT create_hypertable('twinfold.reading', 'at', chunk_time_interval => ${30 * day}::bigint)`,
  "SELECT set_integer_now_func('twinfold.reading', 'twinfold.now_microseconds')",
  "ALTER TABLE twinfold.reading SET (timescaledb.compress, timescaledb.compress_segmentby = 'series', timescaledb.compress_orderby = 'at')",
  `SELECT add_compression_policy('twinfold.reading', compress_after => ${60 * day}::bigint)`,
]

/** Whether the extension is there, or is there to be created and may be. The savepoint is for the right that only the attempt tells of. */
export async function hasTimescale(tx: Transaction): Promise<boolean> {
  const [row] = (await tx.run({ text: "SELECT count(*) FROM pg_available_extensions WHERE name = 'timescaledb'" })).rows
  if (Number(row?.[0]) === 0) return false
  await tx.run({ text: 'SAVEPOINT extension' })
  try {
    await tx.run({ text: 'CREATE EXTENSION IF NOT EXISTS timescaledb' })
    return true
  } catch (error) {
    if (!(error instanceof Error && 'severity' in error)) throw error // not the server's word on the extension
    await tx.run({ text: 'ROLLBACK TO SAVEPOINT extension' })
    return false
  }
}
