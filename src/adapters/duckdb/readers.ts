import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api'

/**
 * A few connections for reading. No more than two statements run at a time: each uses every core by itself, and what waits in Node's thread pool would
 * hold up the log's writes, which share it.
 */
export interface Readers {
  read(sql: string, signal?: AbortSignal): Promise<readonly (readonly DuckDBValue[])[]>
  /** Resolves when the reads that run are done: a connection that is closed under a statement ends the process. */
  close(): Promise<void>
}

const mostAtATime = 2

export async function createReaders(instance: DuckDBInstance): Promise<Readers> {
  const idle: DuckDBConnection[] = await Promise.all(Array.from({ length: mostAtATime }, () => instance.connect()))
  const waiting: ((connection: DuckDBConnection) => void)[] = []
  let isClosed = false
  const borrow = async (): Promise<DuckDBConnection> => idle.pop() ?? await new Promise((resolve) => waiting.push(resolve))
  const giveBack = (connection: DuckDBConnection): void => {
    const next = waiting.shift()
    if (next) next(connection)
    else idle.push(connection)
  }
  return {
    async read(sql, signal) {
      if (isClosed) throw new Error('The telemetry database is closed.') // there would be no connection to wait for
      const connection = await borrow()
      const interrupt = (): void => { connection.interrupt() }
      try {
        signal?.throwIfAborted()
        signal?.addEventListener('abort', interrupt, { once: true })
        return (await connection.runAndReadAll(sql)).getRows()
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      } finally {
        signal?.removeEventListener('abort', interrupt)
        giveBack(connection)
      }
    },
    async close() {
      isClosed = true
      for (let closed = 0; closed < mostAtATime; closed++) (await borrow()).closeSync()
    },
  }
}
