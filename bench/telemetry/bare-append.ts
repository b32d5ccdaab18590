import { DuckDBInstance } from '@duckdb/node-api'
import type { Rows } from './traffic.ts'

/** What DuckDB alone does with the same rows: an appender, a committed transaction for each batch, a database file. Rows a second. */
export async function bareAppend(path: string, seconds: number, nextBatch: () => Rows | undefined): Promise<number> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  await connection.run('CREATE TABLE readings (series INTEGER, "at" BIGINT, value DOUBLE)')
  const appender = await connection.createAppender('readings')
  const start = performance.now()
  let rows = 0
  for (let batch = nextBatch(); batch && performance.now() - start < seconds * 1_000; batch = nextBatch()) {
    const { series, at, value } = batch
    await connection.run('BEGIN')
    for (let row = 0; row < series.length; row++) {
      appender.appendInteger(series[row] ?? 0)
      appender.appendBigInt(at[row] ?? 0n)
      appender.appendDouble(value[row] ?? 0)
      appender.endRow()
    }
    appender.flushSync()
    await connection.run('COMMIT')
    rows += series.length
  }
  const rate = rows / ((performance.now() - start) / 1_000)
  appender.closeSync()
  connection.closeSync()
  instance.closeSync()
  return rate
}
