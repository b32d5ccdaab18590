import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../../../errors.ts'
import { monotonicMs } from '../../../util/clock.ts'
import type { Neo4jConfig } from '../database.ts'
import { keptPassword } from './password.ts'
import { type ServerOptions, type ServerProcess, startServer } from './server-process.ts'

export interface EmbeddedNeo4jConfig {
  /** Everything the server keeps lies here. */
  readonly dataDirectory: string
  readonly heapMb?: number
  readonly pageCacheMb?: number
  /** The child's environment: where `java` is found. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: { info(message: string): void; error(message: string): void }
}

/** A Neo4j Community server as a child process, on the loopback only; one that ends unasked is started again on the same port. */
export interface EmbeddedNeo4j extends AsyncDisposable {
  readonly connection: Required<Pick<Neo4jConfig, 'uri' | 'username' | 'password'>>
  /** Of the run at hand, or of the last one while there is none. */
  readonly pid: number
  readonly isUp: boolean
}

/** How long a server of an earlier process is waited for, which ends when that process does but still writes its stores. */
const predecessorDeadlineMs = 30_000
/** Pauses between attempts to start again: none before the first, then the shortest, doubled up to the longest; a run this long starts over. */
const [shortestPauseMs, longestPauseMs, steadyMs] = [250, 10_000, 60_000]

export async function createEmbeddedNeo4j({ dataDirectory, heapMb = 1024, pageCacheMb = 384, environment, log }: EmbeddedNeo4jConfig): Promise<EmbeddedNeo4j> {
  const home = join(dataDirectory, 'neo4j')
  await mkdir(home, { recursive: true })
  const password = await keptPassword(dataDirectory)
  const configurationFile = join(home, 'twinfold.conf')
  await writeFile(configurationFile, `server.memory.pagecache.size=${pageCacheMb}m\ndbms.usage_report.enabled=false\ndb.tx_log.preallocate=false\nserver.memory.query_cache.per_db_cache_num_entries=5000\ndb.tx_log.rotation.retention_policy=256M size\n`)
  const options = { home, configurationFile, heapMb, password, environment }
  const stopping = new AbortController()

  let current = await startAfterPredecessor({ ...options, port: 0 }, log)
  let isUp = true
  const { port } = current // for good: it is where the driver connects again
  const supervise = async (): Promise<void> => {
    for (let pauseMs = 0; ;) {
      const since = monotonicMs()
      const how = await current.ended
      if (stopping.signal.aborted) return
      isUp = false
      log.error(`The embedded Neo4j ended unexpectedly and is started again: ${how}`)
      if (monotonicMs() - since > steadyMs) pauseMs = 0
      for (; !isUp; pauseMs = Math.min(Math.max(pauseMs * 2, shortestPauseMs), longestPauseMs)) {
        try {
          await delay(pauseMs, undefined, { signal: stopping.signal })
          current = await startServer({ ...options, port }, stopping.signal)
          isUp = true
        } catch (error) {
          if (stopping.signal.aborted) return
          log.error(`The embedded Neo4j did not start again: ${String(error)}`)
        }
      }
      log.info('The embedded Neo4j is up again.')
    }
  }
  const supervised = supervise()
  return {
    connection: { uri: `bolt://127.0.0.1:${port}`, username: 'neo4j', password },
    get pid() {
      return current.pid
    },
    get isUp() {
      return isUp
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await current.stop()
      await supervised // a start under way ends, too
      isUp = false
    },
  }
}

async function startAfterPredecessor(options: ServerOptions, log: EmbeddedNeo4jConfig['log']): Promise<ServerProcess> {
  for (const giveUpAt = monotonicMs() + predecessorDeadlineMs; ;) {
    try {
      return await startServer(options, new AbortController().signal)
    } catch (error) {
      const isLocked = error instanceof Failure && error.message.includes('Lock file has been locked by another process')
      if (!isLocked || monotonicMs() > giveUpAt) throw error
      log.info('The Neo4j server of an earlier process still writes its stores; waiting for its end.')
    }
  }
}
