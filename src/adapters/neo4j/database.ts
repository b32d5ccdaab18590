import neo4j, { type Driver, type Neo4jError, type QueryResult, type Session, type Transaction } from 'neo4j-driver'
import type { GraphReader, Statement } from '../../domain/statement.ts'
import { Failure, failure, type FailureCode } from '../../errors.ts'

/** A graph database over one connection pool. Statements return one record: a thousand rows come faster as one collected list than as a thousand records. */
export interface Neo4jDatabase extends GraphReader, AsyncDisposable {
  /** For @neo4j/graphql, which takes a driver. */
  readonly driver: Driver
  readonly database: string
  /** Runs a statement that writes, in a transaction of its own. Never retried. */
  write(statement: Statement, options?: { signal?: AbortSignal | undefined }): Promise<Row>
  /**
   * One transaction, committed when the work is done and rolled back when it throws. Never retried: after a lost connection the outcome is unknown.
   * `timeoutMs`: how long the server lets it last; as long as a statement, unless it is known to be large.
   */
  transaction<T>(work: (tx: Neo4jTransaction) => Promise<T>, options?: { readonly timeoutMs?: number }): Promise<T>
  /** Resolves when the server answers. */
  ping(): Promise<void>
}

export interface Neo4jTransaction {
  /** The statement's record; an empty object where it returns none. */
  run(statement: Statement): Promise<Row>
}

type Row = Readonly<Record<string, unknown>>

export interface Neo4jConfig {
  /** `bolt://…`, `neo4j://…`, `neo4j+s://…`. */
  readonly uri: string
  readonly username: string
  readonly password: string
  readonly database?: string | undefined
  /** Connections at most. */
  readonly poolSize?: number
  /** How long a statement waits for a free connection, in ms. */
  readonly acquisitionTimeoutMs?: number
  /** How long the server lets a statement run, in ms. */
  readonly statementTimeoutMs?: number
}

export function createNeo4jDatabase({ uri, username, password, database = 'neo4j', poolSize = 40, acquisitionTimeoutMs = 10_000, statementTimeoutMs = 30_000 }: Neo4jConfig): Neo4jDatabase {
  const driver = neo4j.driver(uri, neo4j.auth.basic(username, password), {
    disableLosslessIntegers: true, // statements return integers that may pass 2^53 as text
    maxConnectionPoolSize: poolSize,
    connectionAcquisitionTimeout: acquisitionTimeoutMs,
    connectionTimeout: 5_000,
    maxTransactionRetryTime: 0,
    telemetryDisabled: true,
  })
  const config = { timeout: statementTimeoutMs }
  let closed = false
  const sessionFor = (mode: 'READ' | 'WRITE'): Session => {
    if (closed) throw failure('SHUTTING_DOWN') // a driver that was closed would open a pool again, which nobody closes
    return driver.session({ database, defaultAccessMode: mode })
  }
  const autocommit = async (mode: 'READ' | 'WRITE', statement: Statement, signal: AbortSignal | undefined): Promise<Row> => {
    signal?.throwIfAborted()
    const session = sessionFor(mode)
    try {
      return oneRow(await abortable(session, signal, session.run(statement.text, statement.parameters, config)))
    } catch (cause) {
      throw toFailure(cause, mode === 'WRITE' ? 'OUTCOME_UNKNOWN' : 'STORE_UNAVAILABLE')
    } finally {
      await session.close().catch(() => undefined) // a lost connection was reported by the statement already
    }
  }
  return {
    driver,
    database,
    read: (statement, { signal } = {}) => autocommit('READ', statement, signal),
    write: (statement, { signal } = {}) => autocommit('WRITE', statement, signal),
    transaction: async (work, { timeoutMs = statementTimeoutMs } = {}) => inTransaction(sessionFor('WRITE'), { timeout: timeoutMs }, work),
    async ping() {
      await autocommit('READ', { text: 'RETURN 1 AS up', parameters: {} }, AbortSignal.timeout(5_000))
    },
    async [Symbol.asyncDispose]() {
      closed = true
      await driver.close()
    },
  }
}

async function inTransaction<T>(session: Session, config: { timeout: number }, work: (tx: Neo4jTransaction) => Promise<T>): Promise<T> {
  let phase: FailureCode = 'STORE_UNAVAILABLE'
  try {
    const tx: Transaction = session.beginTransaction(config) // not awaited: its first statement travels with it, which saves a round trip
    try {
      const result = await work({ run: async ({ text, parameters }) => oneRow(await tx.run(text, parameters), true) })
      phase = 'OUTCOME_UNKNOWN'
      await tx.commit()
      return result
    } catch (error) {
      if (tx.isOpen()) await tx.rollback().catch(() => undefined) // the first error says what happened
      throw error
    }
  } catch (cause) {
    throw toFailure(cause, phase)
  } finally {
    await session.close().catch(() => undefined)
  }
}

function oneRow(result: QueryResult, mayBeEmpty = false): Row {
  const record = result.records[0]
  if (!record && !mayBeEmpty) throw new Error(`A statement that returns one record returned none: ${result.summary.query.text.slice(0, 200)}`)
  return (record?.toObject() ?? {})
}

/** Stops waiting when the signal fires, and the server's work with it: closing the session resets its connection. */
async function abortable<T>(session: Session, signal: AbortSignal | undefined, running: Promise<T> | PromiseLike<T>): Promise<T> {
  if (!signal) return await running
  return await new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error)
      void session.close().catch(() => undefined) // nobody waits for it any more
    }
    signal.addEventListener('abort', abort, { once: true })
    Promise.resolve(running).then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Errors of the connection are an outage; what was under way when it broke decides whether the outcome is known. */
function toFailure(cause: unknown, whenLost: FailureCode): unknown {
  if (cause instanceof Failure || !isNeo4jError(cause)) return cause
  if (neverConnected.test(cause.message)) return failure('STORE_UNAVAILABLE', { cause })
  if (cause.code === neo4j.error.SERVICE_UNAVAILABLE || cause.code === neo4j.error.SESSION_EXPIRED) return failure(whenLost, { cause })
  if (cause.code.startsWith('Neo.ClientError.Transaction.TransactionTimedOut')) return failure('TIMEOUT', { cause })
  if (cause.code.startsWith('Neo.TransientError') || cause.code.includes('DatabaseUnavailable')) return failure('STORE_UNAVAILABLE', { cause })
  return cause
}

const isNeo4jError = (error: unknown): error is Neo4jError => typeof error === 'object' && error !== null && 'code' in error && 'name' in error && error.name === 'Neo4jError'

/**
 * Nothing was sent. The driver has one code for every loss and says "Failed to connect" also of a connection that was reset in the midst of a commit;
 * what tells them apart is Node's word for what failed. None at all comes of a name with several addresses, each of which refused.
 */
const neverConnected = /Caused by: (?:connect|getaddrinfo) |Neo4j 4\.0\.$|^Failed to establish connection|^Could not perform discovery|^Connection acquisition timed out/
