import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { failure } from '../../../errors.ts'
import type { Neo4jConfig } from '../database.ts'
import { freePort } from './free-port.ts'
import { findInstallation } from './installation.ts'
import { keptPassword } from './password.ts'

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
  readonly pid: number | undefined
  readonly isUp: boolean
}

const startDeadlineMs = 120_000
const stopDeadlineMs = 20_000
const longestPauseMs = 10_000

export async function createEmbeddedNeo4j({ dataDirectory, heapMb = 1024, pageCacheMb = 384, environment, log }: EmbeddedNeo4jConfig): Promise<EmbeddedNeo4j> {
  const home = join(dataDirectory, 'neo4j')
  await mkdir(home, { recursive: true })
  const password = await keptPassword(dataDirectory)
  const port = await freePort()
  const conf = join(home, 'twinfold.conf')
  await writeFile(conf, `server.memory.pagecache.size=${pageCacheMb}m\ndbms.usage_report.enabled=false\ndb.tx_log.preallocate=false\ndb.tx_log.rotation.retention_policy=256M size\n`)
  const { java, classPath } = await findInstallation()
  const launch = (): Promise<ChildProcess> => launched(spawn(java, [
    `-Xms256m`, `-Xmx${heapMb}m`, '-XX:+UseG1GC',
    ...['java.nio', 'java.io', 'sun.nio.ch', 'java.util.concurrent'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    '-cp', classPath, 'Launcher', home, conf, String(port),
  ], { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...environment, TWINFOLD_NEO4J_PASSWORD: password } }))

  let child = await launch()
  let state: 'up' | 'down' | 'stopped' = 'up'
  const supervise = (): void => {
    child.once('exit', (code, signal) => {
      if (state === 'stopped') return
      state = 'down'
      log.error(`The embedded Neo4j ended unexpectedly (${signal ?? `exit code ${String(code)}`}); starting it again.`)
      void restart()
    })
  }
  const restart = async (): Promise<void> => {
    for (let pauseMs = 250; state === 'down'; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        const fresh = await launch()
        if ((state as string) === 'stopped') return await stop(fresh)
        child = fresh
        state = 'up'
        supervise()
        log.info('The embedded Neo4j is up again.')
      } catch (error) {
        log.error(`The embedded Neo4j did not start again: ${String(error)}`)
        await delay(pauseMs)
      }
    }
  }
  supervise()
  return {
    connection: { uri: `bolt://127.0.0.1:${port}`, username: 'neo4j', password },
    get pid() {
      return child.pid
    },
    get isUp() {
      return state === 'up'
    },
    async [Symbol.asyncDispose]() {
      state = 'stopped'
      await stop(child)
    },
  }
}

/** Resolves when the server says that it answers; rejects with what it printed when it ends before. */
async function launched(child: ChildProcess): Promise<ChildProcess> {
  const printed: string[] = []
  const keep = (line: string): void => { if (printed.push(line) > 40) printed.shift() }
  if (!child.stdout || !child.stderr) throw new Error('The server was started without pipes.')
  createInterface({ input: child.stderr }).on('line', keep)
  const lines = createInterface({ input: child.stdout })
  const ended = new AbortController()
  child.once('close', () => ended.abort()) // after its last line was read
  child.once('error', (error) => { keep(String(error)); ended.abort() })
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(startDeadlineMs)])
  try {
    for (;;) {
      const [line] = await once(lines, 'line', { signal }) as [string]
      if (line.startsWith('bolt ')) return child
      keep(line)
    }
  } catch (cause) {
    child.kill('SIGKILL')
    throw failure('STORE_UNAVAILABLE', { message: `The embedded Neo4j did not start:\n${printed.join('\n')}`, cause })
  }
}

/** Closing its stdin asks the server to end; it is given a while to write its stores. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.stdin?.end()
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs)
  await exit
  clearTimeout(timer)
}
