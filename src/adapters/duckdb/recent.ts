import { BIGINT, type DuckDBAppender, type DuckDBConnection, DuckDBDataChunk, type DuckDBType, DOUBLE, INTEGER, UTINYINT, VARCHAR } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import { type Form, formOf, getInt64, type Rows } from './rows.ts'
import type { Table } from './table.ts'

/** Readings of the log in memory, where queries find them until they are merged. */
export interface RecentReadings {
  readonly rows: number
  readonly tables: readonly Table[]
  add(rows: Rows): Promise<void>
  /** No more readings come. */
  close(): void
}

/** A DuckDB data chunk holds no more. */
const chunkRows = 2_048

const valueTypes: Readonly<Record<Form, DuckDBType>> = { num: DOUBLE, int: BIGINT, text: VARCHAR }

/** `connection` is this object's own; `name` tells its tables from others'. */
export function createRecentReadings(connection: DuckDBConnection, suffix: string): RecentReadings {
  const open = new Map<string, { readonly table: Mutable<Table>; readonly appender: DuckDBAppender }>()
  let rows = 0

  const obtain = async ({ lane, late }: Rows): Promise<{ readonly table: Mutable<Table>; readonly appender: DuckDBAppender }> => {
    const name = `${lane}${late ? '_late' : ''}_${suffix}`
    const known = open.get(name)
    if (known) return known
    await connection.run(`CREATE TABLE mem.${name} (series INTEGER, t BIGINT, received BIGINT, quality UTINYINT, origin INTEGER, sequence BIGINT, value ${valueTypes[formOf(lane)].toString()})`)
    const fresh = { table: { name: `mem.${name}`, lane, late, replaced: false, rows: 0, minAt: Infinity, maxAt: -Infinity, minReceived: Infinity, maxReceived: -Infinity }, appender: await connection.createAppender(name, 'main', 'mem') }
    open.set(name, fresh)
    return fresh
  }

  return {
    get rows() {
      return rows
    },
    get tables() {
      return [...open.values()].map(({ table }) => table)
    },
    async add(added) {
      if (added.length === 0) return
      const { table, appender } = await obtain(added)
      for (let start = 0; start < added.length; start += chunkRows) appender.appendDataChunk(toChunk(added, start, Math.min(added.length, start + chunkRows)))
      appender.flushSync()
      extend(table, added)
      rows += added.length
    },
    close() {
      for (const { appender } of open.values()) appender.closeSync()
      connection.closeSync()
    },
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function extend(table: Mutable<Table>, rows: Rows): void {
  table.rows += rows.length
  for (let index = 0; index < rows.length; index++) {
    const at = getInt64(rows.at, index)
    if (at < table.minAt) table.minAt = at
    if (at > table.maxAt) table.maxAt = at
  }
  table.minReceived = Math.min(table.minReceived, getInt64(rows.received, 0))
  table.maxReceived = Math.max(table.maxReceived, getInt64(rows.received, rows.length - 1))
}

/** Fills the chunk's vectors from the columns' memory, which is four times as fast as value by value. */
function toChunk(rows: Rows, from: number, to: number): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create([INTEGER, BIGINT, BIGINT, UTINYINT, INTEGER, BIGINT, valueTypes[formOf(rows.lane)]], to - from)
  const copy = (column: number, { buffer, byteOffset }: ArrayBufferView, width: number): void => {
    duckdb.copy_data_to_vector(duckdb.data_chunk_get_vector(chunk.chunk, column), 0, buffer as ArrayBuffer, byteOffset + from * width, (to - from) * width)
  }
  copy(0, rows.series, 4)
  copy(1, rows.at, 8)
  copy(2, rows.received, 8)
  copy(3, rows.quality, 1)
  copy(4, rows.origin, 4)
  copy(5, rows.sequence, 8)
  if (Array.isArray(rows.values)) chunk.setColumnValues(6, rows.values.slice(from, to) as string[])
  else copy(6, rows.values as Float64Array, 8)
  return chunk
}
