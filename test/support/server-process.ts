import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { createConfig } from '../../src/config.ts'
import type { Data } from './app.ts'

/** A server in a process of its own, on the run's Neo4j, in a tenant of the test. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** The data of an operation that has no errors. */
  data(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>
  ingest(messages: readonly unknown[]): Promise<Data>
  /** Resolves when it is gone: at once by SIGKILL, in order by SIGTERM. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

const main = fileURLToPath(new URL('serve-tenant.ts', import.meta.url))

/** Resolves when it is ready; rejects with what it said where it ends before. Disposing ends it in order. */
export async function startServerProcess(tenant: string, environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const { uri, username, password, database = 'neo4j' } = inject('neo4j')
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-process-'))
  const child = spawn(process.execPath, [main, tenant], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...createConfig({}).environment, PATH: process.env['PATH'], NEO4J_URI: uri, NEO4J_USERNAME: username, NEO4J_PASSWORD: password, NEO4J_DATABASE: database,
      TWINFOLD_PORT: '0', TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'warn', TWINFOLD_DATA: directory, ...environment,
    },
  })
  const gone = once(child, 'close')
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  const url = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line', { signal: AbortSignal.timeout(60_000) }).then(([line]) => String(line)),
    gone.then(() => { throw new Error(`The server ended before it was ready:\n${said.join('\n')}`) }),
  ])
  const post = async (path: string, body: string, type: string): Promise<Data> => {
    const response = await fetch(url + path, { method: 'POST', headers: { 'content-type': type }, body })
    return await response.json() as Data
  }
  return {
    url, pid: child.pid ?? 0,
    async data(query, variables = {}) {
      const { data, errors } = await post('/graphql', JSON.stringify({ query, variables }), 'application/json')
      if (errors) throw new Error(JSON.stringify(errors))
      return data as Data
    },
    ingest: (messages) => post('/ingest', JSON.stringify(messages), 'application/json'),
    async kill(signal) {
      child.kill(signal)
      await gone
    },
    async [Symbol.asyncDispose]() {
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
      child.kill('SIGTERM')
      await gone
      clearTimeout(late)
      await rm(directory, { recursive: true, force: true })
    },
  }
}
