import pg from 'pg'
import { failure } from '../../errors.ts'
import { toFailure } from './failures.ts'
import type { Row } from './rows.ts'

/** A text of ours with places for values. Those with a name are prepared once a connection. */
export interface Statement {
  readonly name?: string
  readonly text: string
  readonly values?: readonly unknown[]
}

export interface Result {
  readonly rows: readonly Row[]
  readonly count: number
}

export interface Transaction {
  run(statement: Statement): Promise<Result>
}

/** Connections to PostgreSQL, and what becomes of their errors. */
export interface Database extends AsyncDisposable {
  /** Aborted by the signal, its statement is ended at the server, too. */
  read(statement: Statement, signal?: AbortSignal): Promise<readonly Row[]>
  /** Everything or nothing, at READ COMMITTED. Where the connection is lost amid the commit it rejects, though all of it may be stored. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

export interface DatabaseConfig {
  readonly url: string
  readonly mostConnections: number
  /** Of a connection's making. */
  readonly connectTimeoutMs: number
  /** How long a server may be silent on a statement that writes before it is taken for lost, in ms. */
  readonly writeTimeoutMs: number
  readonly onLost: (error: Error) => void
}

export function createDatabase({ url, mostConnections, connectTimeoutMs, writeTimeoutMs, onLost }: DatabaseConfig): Database {
  const pool = new pg.Pool({ connectionString: url, max: mostConnections, connectionTimeoutMillis: connectTimeoutMs, keepAlive: true, application_name: 'twinfold' })
  pool.on('error', onLost) // of a connection that nobody uses
  let isClosed = false
  const connect = async (): Promise<pg.PoolClient> => {
    if (isClosed) throw failure('SHUTTING_DOWN')
    const client = await pool.connect()
    client.on('error', ignore) // the statement under way rejects with it, or the next one
    return client
  }
  const release = (client: pg.PoolClient, isBroken: boolean): void => {
    client.off('error', ignore)
    client.release(isBroken)
  }
  const giveUp = async (client: pg.PoolClient): Promise<void> => {
    const { processID } = client as pg.PoolClient & { readonly processID?: number } // not in the driver's types; its documentation has it
    try {
      if (processID !== undefined) await pool.query('SELECT pg_cancel_backend($1)', [processID])
    } catch (error) {
      onLost(error as Error) // the server ends the statement with its connection then
    }
    release(client, true) // a connection that may still be told to cancel is not used again
  }

  return {
    async read(statement, signal) {
      signal?.throwIfAborted()
      try {
        const client = await connect()
        const running = query(client, statement)
        const aborted = signal && onAbort(signal)
        try {
          const { rows } = await Promise.race([running, ...(aborted ? [aborted.happens] : [])])
          release(client, false)
          return rows
        } catch (error) {
          running.catch(ignore) // it ends by what follows
          if (signal?.aborted) void giveUp(client)
          else release(client, !isOfStatement(error))
          throw error
        } finally {
          aborted?.stop()
        }
      } catch (error) {
        signal?.throwIfAborted()
        throw toFailure(error)
      }
    },
    async transaction(work) {
      try {
        const client = await connect()
        let isBroken = true
        try {
          const run = (statement: Statement): Promise<Result> => query(client, statement, writeTimeoutMs)
          await run({ text: 'BEGIN' })
          try {
            const result = await work({ run })
            await run({ text: 'COMMIT' })
            isBroken = false
            return result
          } catch (error) {
            isBroken = isSilent(error) || await run({ text: 'ROLLBACK' }).then(() => false, () => true)
            throw error
          }
        } finally {
          release(client, isBroken)
        }
      } catch (error) {
        throw toFailure(error)
      }
    },
    async [Symbol.asyncDispose]() {
      if (isClosed) return
      isClosed = true
      await pool.end()
    },
  }
}

async function query(client: pg.PoolClient, { name, text, values = [] }: Statement, timeoutMs?: number): Promise<Result> {
  const config = { text, values: [...values], rowMode: 'array' as const, ...(name === undefined ? {} : { name }), ...(timeoutMs === undefined ? {} : { query_timeout: timeoutMs }) }
  const { rows, rowCount } = await client.query<Row[number][]>(config)
  return { rows, count: rowCount ?? 0 }
}

/** An error that the server gave for the statement leaves the connection as it was. */
const isOfStatement = (error: unknown): boolean => error instanceof pg.DatabaseError && error.severity === 'ERROR'

/** The driver's word for a statement that had no answer in time: another one would wait behind it. */
const isSilent = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout'

function onAbort(signal: AbortSignal): { readonly happens: Promise<never>; stop(): void } {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => { reject(signal.reason as Error) }
  if (signal.aborted) abort() // while a connection was waited for
  else signal.addEventListener('abort', abort, { once: true })
  return { happens: promise, stop: () => { signal.removeEventListener('abort', abort) } }
}

const ignore = (): void => undefined
