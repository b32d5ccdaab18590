import { availableParallelism } from 'node:os'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { createSerial } from '../../util/serial.ts'
import { bookSchema, deleteSeries, loadBook, saveBookChanges } from './book-tables.ts'
import { isOfBrokenDatabase } from './broken-database.ts'
import type { Lane } from './rows.ts'
import type { BookChanges, SeriesBook } from './series-book.ts'
import { columns, type Table } from './table.ts'

/**
 * The merged readings: a DuckDB file of segments, each a table sorted by series and time, and beside them the series, their latest readings and seen
 * sequence numbers as of the last merge. Every change is one transaction, which also says through which log file it goes.
 */
export interface Archive {
  readonly instance: DuckDBInstance
  /** Through which log file everything is in the segments. */
  readonly merged: number
  readonly segments: readonly Table[]
  /** When the last reading of them was received, should it be forgotten by now. */
  readonly head: number
  /** Moves the readings of a log file from memory into segments, durably. */
  merge(through: number, recent: readonly Table[], changed: BookChanges): Promise<void>
  /** One sorted segment in the place of several. */
  unite(parts: readonly Table[]): Promise<void>
  /** Ends that late readings stand beside those they replace: what is replaced is put aside, and they become ordinary. */
  settle(late: readonly Table[]): Promise<void>
  /** Forgets readings of the series before the time; resolves to how many. */
  forget(lane: Lane, series: readonly number[], before: number): Promise<number>
  /** Series that have no reading any more. */
  deleteSeries(series: readonly number[]): Promise<void>
  /** Removes tables that no segment is any more. */
  drop(tables: readonly Table[]): Promise<void>
  /** Moves what is in DuckDB's write-ahead log into its file. False where that must wait for statements that run. */
  checkpoint(): Promise<boolean>
  connect(): Promise<DuckDBConnection>
  /** Resolves when what runs is done. */
  close(): Promise<void>
}

export interface ArchiveConfig {
  readonly path: string
  readonly memoryMb: number
  readonly temporaryDirectory: string
  /** Called once, when what is in memory of the file is not to be worked with any more: it is to be opened anew. Until then every change rejects. */
  readonly onBroken: (error: Error) => void
}

export async function openArchive({ path, memoryMb, temporaryDirectory, onBroken }: ArchiveConfig, book: SeriesBook): Promise<Archive> {
  const instance = await DuckDBInstance.create(path, {
    memory_limit: `${memoryMb}MB`, temp_directory: temporaryDirectory, threads: String(Math.max(1, availableParallelism() - 1)), // JavaScript needs one, and readings come in through it
    preserve_insertion_order: 'true', autoinstall_known_extensions: 'false', autoload_known_extensions: 'false',
    checkpoint_threshold: '1GB', // checkpoints are ours to time, after each merge
  })
  try {
    const connection = await instance.connect()
    await connection.run('PRAGMA disable_checkpoint_on_shutdown') // which would write what a failed commit left in memory
    await connection.run("ATTACH ':memory:' AS mem")
    await connection.run(schema)
    await connection.run(bookSchema)
    await connection.run("INSERT INTO state BY NAME SELECT 0 AS merged, 1 AS next_segment, 0 AS head WHERE NOT EXISTS (SELECT 1 FROM state)")
    return await archiveOf(instance, connection, book, onBroken)
  } catch (error) {
    instance.closeSync()
    throw error
  }
}

const schema = `
CREATE TABLE IF NOT EXISTS state (merged BIGINT, next_segment BIGINT, head BIGINT);
CREATE TABLE IF NOT EXISTS segment (name VARCHAR, lane VARCHAR, late BOOLEAN, row_count BIGINT, min_at BIGINT, max_at BIGINT, min_received BIGINT, max_received BIGINT);
ALTER TABLE segment ADD COLUMN IF NOT EXISTS replaced BOOLEAN DEFAULT FALSE;`

/** Which part of the readings a segment holds. */
type Part = Pick<Table, 'late' | 'replaced'>
const [inOrder, late, replaced]: readonly [Part, Part, Part] = [{ late: false, replaced: false }, { late: true, replaced: false }, { late: false, replaced: true }]

async function archiveOf(instance: DuckDBInstance, connection: DuckDBConnection, book: SeriesBook, onBroken: (error: Error) => void): Promise<Archive> {
  const rows = async (sql: string): Promise<readonly (readonly DuckDBValue[])[]> => (await connection.runAndReadAll(sql)).getRows()
  const [state] = await rows('SELECT merged, next_segment, head FROM state')
  let merged = Number(state?.[0] ?? 0)
  let nextSegment = Number(state?.[1] ?? 1)
  let head = Number(state?.[2] ?? 0)
  let segments: readonly Table[] = (await rows('SELECT name, lane, late, replaced, row_count, min_at, max_at, min_received, max_received FROM segment ORDER BY max_at')).map(toTable)
  await dropStrays()
  await loadBook(connection, book)

  async function dropStrays(): Promise<void> {
    const known = new Set(segments.map(({ name }) => name))
    for (const [name] of await rows("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND table_name LIKE 'segment\\_%' ESCAPE '\\'")) {
      if (!known.has(String(name))) await connection.run(`DROP TABLE ${String(name)}`)
    }
  }

  /** In one transaction; what is in memory follows when it is durable. */
  async function change(work: () => Promise<readonly Table[]>): Promise<void> {
    await connection.run('BEGIN')
    let next: readonly Table[]
    try {
      next = await work()
      await connection.run('DELETE FROM segment')
      for (const table of next) await connection.run(`INSERT INTO segment VALUES ('${table.name}', '${table.lane}', ${table.late}, ${table.rows}, ${table.minAt}, ${table.maxAt}, ${table.minReceived}, ${table.maxReceived}, ${table.replaced})`)
      await connection.run(`UPDATE state SET next_segment = ${nextSegment}`)
      await connection.run('COMMIT')
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined) // the first error says what happened
      throw error
    }
    segments = next
  }

  /** A new segment of what the query yields, sorted; undefined where it yields nothing. */
  async function write(lane: Lane, part: Part, query: string): Promise<Table | undefined> {
    const name = `segment_${nextSegment++}`
    await connection.run(`CREATE TABLE ${name} AS SELECT ${columns} FROM (${query}) ORDER BY series, t`)
    const [row] = await rows(`SELECT '${name}', '${lane}', ${part.late}, ${part.replaced}, count(*), min(t), max(t), min(received), max(received) FROM ${name}`)
    if (row && Number(row[4]) > 0) return toTable(row)
    await connection.run(`DROP TABLE ${name}`)
    return undefined
  }

  /** Segments of the same part of readings. Of late ones those of one series and time are told apart: the last received, and those it replaces. */
  async function copied(lane: Lane, part: Part, query: string): Promise<readonly Table[]> {
    const made = part.late ? [await write(lane, late, lastReceived(query)), await write(lane, replaced, notLastReceived(query))] : [await write(lane, part, query)]
    return made.filter((table) => table !== undefined)
  }

  const operations: Pick<Archive, 'merge' | 'unite' | 'settle' | 'forget' | 'deleteSeries' | 'drop' | 'checkpoint' | 'close'> = {
    async merge(through, recent, changes) {
      await saveBookChanges(connection, changes) // before: whoever starts with these and the log finds nothing missing, as both take what is there twice for one
      await change(async () => {
        const fresh: Table[] = []
        for (const table of recent) fresh.push(...await copied(table.lane, table, allOf([table])))
        head = Math.max(head, ...recent.map(({ maxReceived }) => maxReceived))
        await connection.run(`UPDATE state SET merged = ${through}, head = ${head}`)
        return [...segments, ...fresh]
      })
      merged = through
    },
    async unite(parts) {
      const [first] = parts
      if (!first) return
      await change(async () => exchanged(segments, parts, await copied(first.lane, first, allOf(parts))))
    },
    async settle(parts) {
      const [first] = parts
      if (!first) return
      const [minAt, maxAt] = [Math.min(...parts.map((table) => table.minAt)), Math.max(...parts.map((table) => table.maxAt))]
      await change(async () => {
        const settled = await write(first.lane, inOrder, lastReceived(allOf(parts)))
        let next = exchanged(segments, parts, [settled, await write(first.lane, replaced, notLastReceived(allOf(parts)))])
        if (!settled) return next
        for (const part of segments.filter((table) => table.lane === first.lane && !table.late && !table.replaced && table.minAt <= maxAt && table.maxAt >= minAt)) {
          const replacedRows = `SELECT series, t FROM ${settled.name} WHERE t BETWEEN ${part.minAt} AND ${part.maxAt}`
          const [count] = await rows(`SELECT count(*) FROM ${part.name} WHERE t BETWEEN ${minAt} AND ${maxAt} AND (series, t) IN (${replacedRows})`)
          if (Number(count?.[0]) === 0) continue
          next = exchanged(next, [part], [
            await write(part.lane, inOrder, `SELECT ${columns} FROM ${part.name} ANTI JOIN (${replacedRows}) USING (series, t)`),
            await write(part.lane, replaced, `SELECT ${columns} FROM ${part.name} SEMI JOIN (${replacedRows}) USING (series, t)`),
          ])
        }
        return next
      })
    },
    async forget(lane, series, before) {
      const gone = `t < ${before} AND series IN (${series.join(', ')})`
      const parts = segments.filter((table) => table.lane === lane && table.minAt < before)
      const counted = parts.filter((table) => !table.replaced)
      const [all] = counted.length === 0 ? [] : await rows(`SELECT count(DISTINCT (series, t)) FROM (${counted.map(({ name }) => `SELECT series, t FROM ${name} WHERE ${gone}`).join(' UNION ALL ')})`)
      await change(async () => {
        let next = segments
        await connection.run(`DELETE FROM latest WHERE ${gone}`)
        for (const part of parts) {
          const [count] = await rows(`SELECT count(*) FROM ${part.name} WHERE ${gone}`)
          if (Number(count?.[0]) > 0) next = exchanged(next, [part], [await write(part.lane, part, `SELECT ${columns} FROM ${part.name} WHERE NOT (${gone})`)])
        }
        return next
      })
      return Number(all?.[0] ?? 0)
    },
    deleteSeries: (series) => deleteSeries(connection, series),
    async drop(tables) {
      for (const { name } of tables) await connection.run(`DROP TABLE IF EXISTS ${name}`)
    },
    async checkpoint() {
      try {
        await connection.run('CHECKPOINT')
        return true
      } catch (error) {
        if (error instanceof Error && /other .*transactions/.test(error.message)) return false
        throw error
      }
    },
    async close() {
      if (brokenBy === undefined) await operations.checkpoint().catch(() => undefined) // then the write-ahead log is read at the next start
      connection.closeSync()
      instance.closeSync()
    },
  }
  const oneByOne = createSerial() // one connection, and a transaction must not take in what belongs to another
  let brokenBy: Error | undefined
  const serial = <T>(work: () => Promise<T>): Promise<T> => oneByOne(async () => {
    if (brokenBy !== undefined) throw brokenBy
    try {
      return await work()
    } catch (error) {
      if (isOfBrokenDatabase(error)) onBroken(brokenBy = error)
      throw error
    }
  })
  return {
    instance,
    connect: () => instance.connect(),
    get merged() {
      return merged
    },
    get segments() {
      return segments
    },
    get head() {
      return head
    },
    merge: (...args) => serial(() => operations.merge(...args)),
    unite: (parts) => serial(() => operations.unite(parts)),
    settle: (late) => serial(() => operations.settle(late)),
    forget: (...args) => serial(() => operations.forget(...args)),
    deleteSeries: (series) => serial(() => operations.deleteSeries(series)),
    drop: (tables) => serial(() => operations.drop(tables)),
    checkpoint: () => serial(() => operations.checkpoint()),
    close: () => oneByOne(() => operations.close()),
  }
}

/** Of readings of one series and time the one received last. */
export const lastReceived = (query: string): string => `SELECT * FROM (${query}) QUALIFY row_number() OVER (PARTITION BY series, t ORDER BY received DESC) = 1`

/** Of readings of one series and time all but the one received last. */
const notLastReceived = (query: string): string => `SELECT * FROM (${query}) QUALIFY row_number() OVER (PARTITION BY series, t ORDER BY received DESC) > 1`

const allOf = (tables: readonly Table[]): string => tables.map(({ name }) => `SELECT ${columns} FROM ${name}`).join(' UNION ALL ')

/** In the place of the parts, so that the order of time stays. */
function exchanged(tables: readonly Table[], parts: readonly Table[], by: readonly (Table | undefined)[]): readonly Table[] {
  const gone = new Set(parts.map(({ name }) => name))
  const place = tables.findIndex(({ name }) => gone.has(name))
  return tables.flatMap((table, index) => [...(index === place ? by.filter((made) => made !== undefined) : []), ...(gone.has(table.name) ? [] : [table])])
}

const toTable = ([name, lane, isLate, isReplaced, rows, minAt, maxAt, minReceived, maxReceived]: readonly DuckDBValue[]): Table => ({
  name: String(name), lane: String(lane) as Lane, late: isLate === true, replaced: isReplaced === true, rows: Number(rows), minAt: Number(minAt), maxAt: Number(maxAt), minReceived: Number(minReceived), maxReceived: Number(maxReceived),
})
