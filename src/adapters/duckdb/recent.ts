import { setTimeout as delay } from 'node:timers/promises'
import { BIGINT, type DuckDBAppender, type DuckDBConnection, DuckDBDataChunk, type DuckDBType, DOUBLE, INTEGER, UTINYINT, VARCHAR } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import { isOfInvalidDatabase } from './broken-database.ts'
import { type Form, formOf, getInt64, type Rows } from './rows.ts'
import type { Table } from './table.ts'

/** Readings of the log in memory, where queries find them until they are merged. */
export interface RecentReadings {
  readonly rows: number
  readonly tables: readonly Table[]
  /** Rejects where the memory has no place for them, though it was waited for; then they are not here, and what was here before is. */
  add(rows: Rows): Promise<void>
  /** No more readings come. */
  close(): void
}

/** A DuckDB data chunk holds no more. */
const chunkRows = 2_048

const valueTypes: Readonly<Record<Form, DuckDBType>> = { num: DOUBLE, int: BIGINT, text: VARCHAR }

/** Between tries to add readings that did not fit: merges and queries give memory back as they end. */
const pausesMs = [10, 40, 160, 640]

interface Open {
  readonly table: Mutable<Table>
  readonly appender: DuckDBAppender
}

/**
 * `connection` is this object's own; `suffix` tells its tables from others'. Nothing is ever added to a table after an append to it failed, as DuckDB would
 * mix up its columns (see `isOfBrokenDatabase`): it is read and merged as it was before, and what failed goes into another one.
 */
export function createRecentReadings(connection: DuckDBConnection, suffix: string): RecentReadings {
  const open = new Map<string, Open>()
  const tables: Mutable<Table>[] = []
  let rows = 0

  const obtain = async ({ lane, late }: Rows): Promise<Open> => {
    const kind = kindOf({ lane, late })
    const known = open.get(kind)
    if (known) return known
    const name = `${kind}_${suffix}_${tables.length}`
    await connection.run(`CREATE OR REPLACE TABLE mem.${name} (series INTEGER, t BIGINT, received BIGINT, quality UTINYINT, origin INTEGER, sequence BIGINT, value ${valueTypes[formOf(lane)].toString()})`)
    const fresh = { table: { name: `mem.${name}`, lane, late, replaced: false, rows: 0, minAt: Infinity, maxAt: -Infinity, minReceived: Infinity, maxReceived: -Infinity }, appender: await connection.createAppender(name, 'main', 'mem') }
    open.set(kind, fresh)
    return fresh
  }

  const tryToAdd = async (added: Rows): Promise<void> => {
    const { table, appender } = await obtain(added)
    try {
      for (let start = 0; start < added.length; start += chunkRows) appender.appendDataChunk(toChunk(added, start, Math.min(added.length, start + chunkRows)))
      appender.flushSync()
    } catch (error) {
      open.delete(kindOf(added))
      discard(appender)
      throw error
    }
    if (table.rows === 0) tables.push(table)
    extend(table, added)
    rows += added.length
  }

  return {
    get rows() {
      return rows
    },
    get tables() {
      return [...tables]
    },
    async add(added) {
      if (added.length === 0) return
      for (const pauseMs of pausesMs) {
        try {
          return await tryToAdd(added)
        } catch (error) {
          if (isOfInvalidDatabase(error)) throw error
          await delay(pauseMs)
        }
      }
      await tryToAdd(added)
    },
    close() {
      try {
        for (const { appender } of open.values()) discard(appender)
      } finally {
        connection.closeSync()
      }
    },
  }
}

const kindOf = ({ lane, late }: Pick<Rows, 'lane' | 'late'>): string => `${lane}${late ? '_late' : ''}`

/** What an appender still holds of a failed append would be added as it is closed. */
function discard(appender: DuckDBAppender): void {
  appender.clear()
  appender.closeSync()
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
