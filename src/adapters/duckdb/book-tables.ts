import type { DuckDBAppender, DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { SeriesKey, SeriesValue } from '../../telemetry/reading.ts'
import { formOfKind, forms, fromLane, fromQualityCode, fromStoredText, toQualityCode, toStoredText } from './rows.ts'
import type { BookChanges, SeriesBook } from './series-book.ts'

/** What the archive keeps of the book. */
export const bookSchema = `
CREATE TABLE IF NOT EXISTS series (id INTEGER, twin VARCHAR, name VARCHAR, kind VARCHAR, source VARCHAR, run VARCHAR);
CREATE TABLE IF NOT EXISTS origin (id INTEGER, name VARCHAR);
CREATE TABLE IF NOT EXISTS latest (series INTEGER, t BIGINT, received BIGINT, quality UTINYINT, origin INTEGER, sequence BIGINT, num DOUBLE, int BIGINT, text VARCHAR);
CREATE TABLE IF NOT EXISTS seen (series INTEGER, origin INTEGER, ranges VARCHAR, greatest_at BIGINT);`

/** New for every merge: an append that failed leaves a table that takes no other (see `isOfBrokenDatabase`). */
const stagingSchema = `
CREATE OR REPLACE TABLE mem.changed_latest (series INTEGER, t BIGINT, received BIGINT, quality UTINYINT, origin INTEGER, sequence BIGINT, num DOUBLE, int BIGINT, text VARCHAR);
CREATE OR REPLACE TABLE mem.changed_seen (series INTEGER, origin INTEGER, ranges VARCHAR, greatest_at BIGINT);
CREATE OR REPLACE TABLE mem.new_series (id INTEGER, twin VARCHAR, name VARCHAR, kind VARCHAR, source VARCHAR, run VARCHAR);
CREATE OR REPLACE TABLE mem.new_origin (id INTEGER, name VARCHAR);`

/** As of the last merge. */
export async function loadBook(connection: DuckDBConnection, book: SeriesBook): Promise<void> {
  const rows = async (sql: string): Promise<readonly (readonly DuckDBValue[])[]> => (await connection.runAndReadAll(sql)).getRows()
  for (const [id, name] of await rows('SELECT id, name FROM origin ORDER BY id')) book.defineOrigin(Number(id), fromStoredText(String(name)))
  for (const [id, twin, name, kind, source, run] of await rows('SELECT id, twin, name, kind, source, run FROM series ORDER BY id')) {
    book.defineSeries(Number(id), { twin: fromStoredText(String(twin)), name: fromStoredText(String(name)), kind, source, run: run === null ? null : fromStoredText(String(run)) } as SeriesKey)
  }
  for (const [id, t, received, quality, origin, sequence, num, int, text] of await rows('SELECT series, t, received, quality, origin, sequence, num, int, text FROM latest')) {
    const entry = book.at(Number(id))
    const at = Number(t)
    entry.latest = {
      at, value: fromLane(entry.key.kind, (num ?? int ?? text) as SeriesValue), quality: fromQualityCode(Number(quality)), receivedAt: Number(received),
      origin: book.originName(Number(origin)), sequence: Number(sequence) < 0 ? null : Number(sequence),
    }
    entry.greatestAt = at
  }
  for (const [id, origin, ranges, greatestAt] of await rows('SELECT series, origin, ranges, greatest_at FROM seen')) {
    book.at(Number(id)).seen.set(Number(origin), { ranges: JSON.parse(String(ranges)) as number[], greatestAt: Number(greatestAt) })
  }
}

/** In one transaction, by way of tables of `mem`. */
export async function saveBookChanges(connection: DuckDBConnection, changes: BookChanges): Promise<void> {
  await connection.run(stagingSchema)
  await stage(connection, changes)
  await connection.run('BEGIN')
  try {
    await connection.run('DELETE FROM latest WHERE series IN (SELECT series FROM mem.changed_latest)')
    await connection.run('INSERT INTO latest SELECT * FROM mem.changed_latest WHERE t IS NOT NULL')
    await connection.run('DELETE FROM seen WHERE (series, origin) IN (SELECT (series, origin) FROM mem.changed_seen)')
    await connection.run('INSERT INTO seen SELECT * FROM mem.changed_seen')
    await connection.run('INSERT INTO series SELECT * FROM mem.new_series WHERE id NOT IN (SELECT id FROM series)')
    await connection.run('INSERT INTO origin SELECT * FROM mem.new_origin WHERE id NOT IN (SELECT id FROM origin)')
    await connection.run('COMMIT')
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined) // the first error says what happened
    throw error
  }
}

/** Series that have no reading any more, and never will. In one transaction. */
export async function deleteSeries(connection: DuckDBConnection, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  const some = ids.join(', ')
  await connection.run('BEGIN')
  try {
    for (const [table, column] of [['latest', 'series'], ['seen', 'series'], ['series', 'id']] as const) await connection.run(`DELETE FROM ${table} WHERE ${column} IN (${some})`)
    await connection.run('COMMIT')
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined) // the first error says what happened
    throw error
  }
}

/** Puts what changed where one statement each takes it over. */
async function stage(connection: DuckDBConnection, { latest, seen, series, origins }: BookChanges): Promise<void> {
  const staged = async <T>(table: string, items: readonly T[], appendRow: (appender: DuckDBAppender, item: T) => void): Promise<void> => {
    if (items.length === 0) return
    const appender = await connection.createAppender(table, 'main', 'mem')
    try {
      for (const item of items) {
        appendRow(appender, item)
        appender.endRow()
      }
      appender.flushSync()
    } finally {
      appender.clear() // what did not fit is not to be added as the appender is closed
      appender.closeSync()
    }
  }
  await staged('changed_latest', latest, (row, { id, kind, reading, origin }) => {
    row.appendInteger(id)
    if (!reading) {
      for (let column = 1; column < 9; column++) row.appendNull()
      return
    }
    row.appendBigInt(BigInt(reading.at))
    row.appendBigInt(BigInt(reading.receivedAt))
    row.appendUTinyInt(toQualityCode(reading.quality))
    row.appendInteger(origin)
    row.appendBigInt(BigInt(reading.sequence ?? -1))
    for (const form of forms) {
      if (form !== formOfKind(kind)) row.appendNull()
      else if (form === 'num') row.appendDouble(reading.value as number)
      else if (form === 'int') row.appendBigInt(BigInt(reading.value))
      else row.appendVarchar(toStoredText(reading.value as string))
    }
  })
  await staged('changed_seen', seen, (row, { series: id, origin, ranges, greatestAt }) => {
    row.appendInteger(id)
    row.appendInteger(origin)
    row.appendVarchar(ranges)
    row.appendBigInt(BigInt(greatestAt))
  })
  await staged('new_series', series, (row, { id, key }) => {
    row.appendInteger(id)
    for (const text of [toStoredText(key.twin), toStoredText(key.name), key.kind, key.source]) row.appendVarchar(text)
    if (key.run === null) row.appendNull()
    else row.appendVarchar(toStoredText(key.run))
  })
  await staged('new_origin', origins, (row, { id, name }) => {
    row.appendInteger(id)
    row.appendVarchar(toStoredText(name))
  })
}
