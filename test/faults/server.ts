import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inject, onTestFinished } from 'vitest'
import { createConfig } from '../../src/config.ts'

/** The real process, on the test run's Neo4j, so that it alone can be killed; its telemetry is embedded and lies in `data`. */
export interface Server extends AsyncDisposable {
  readonly url: string
  /** What it wrote to stderr so far, a line each. */
  readonly stderr: readonly string[]
  /** Without warning; resolves when it is gone. */
  kill(): Promise<void>
  /** GraphQL; throws where there are errors. */
  ask<T>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<T>
  /** NDJSON to `/ingest`. Rejects where no answer comes, after a minute at the latest. */
  ingest(messages: readonly unknown[]): Promise<IngestAnswer>
  /** `/readyz`: the status, and each part. */
  ready(): Promise<{ readonly status: number; readonly parts: Readonly<Record<string, boolean>> }>
  /** The value of a metric without labels. */
  metric(name: string): Promise<number>
}

export interface IngestAnswer {
  readonly status: number
  readonly retryAfter: string | null
  /** An answer with 200. */
  readonly report: { readonly accepted: number; readonly duplicates: number; readonly quarantined: number } | undefined
  /** Of a refusal. */
  readonly code: string | undefined
}

export interface ServerConfig {
  readonly data: string
  readonly environment?: Readonly<Record<string, string>>
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A directory for the server's data, until the test ends. */
export async function createDataDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-faults-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))
  return directory
}

/** A process that has been started, and may not be ready yet. */
export function spawnServer({ data, environment = {} }: ServerConfig): { readonly child: ChildProcess; readonly stderr: readonly string[]; readonly gone: Promise<unknown> } {
  const { uri, username, password, database = 'neo4j' } = inject('neo4j')
  const store = { NEO4J_URI: uri, NEO4J_USERNAME: username, NEO4J_PASSWORD: password, NEO4J_DATABASE: database }
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...createConfig().environment, ...store, TWINFOLD_PORT: '0', TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'warn', TWINFOLD_DATA: data, ...environment },
  })
  onTestFinished(() => { child.kill('SIGKILL') }) // what a test that fails leaves
  const stderr: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line))
  return { child, stderr, gone: once(child, 'close') } // after its last line
}

/** Resolves when it is ready; rejects with what it said where it ends before. */
export async function startServer(config: ServerConfig): Promise<Server> {
  const { child, stderr, gone } = spawnServer(config)
  const line = child.stdout === null ? '' : await Promise.race([
    once(createInterface({ input: child.stdout }), 'line', { signal: AbortSignal.timeout(60_000) }).then(([text]) => String(text)),
    gone.then(() => { throw new Error(`The server ended before it was ready, with ${child.signalCode ?? `exit code ${child.exitCode ?? '?'}`}:\n${stderr.join('\n')}`) }),
  ])
  const url = line.replace(/^.* (?=http)/, '')
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await gone
  }
  return {
    url, stderr, ask: askAt(url), kill: end('SIGKILL'), ingest: (messages) => ingestAt(url, messages),
    async ready() {
      const response = await fetch(`${url}/readyz`)
      const { parts } = await response.json() as { parts: Readonly<Record<string, boolean>> }
      return { status: response.status, parts }
    },
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text()
      const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(text) ?? []
      if (value === undefined) throw new Error(`There is no metric ${name}.`)
      return Number(value)
    },
    [Symbol.asyncDispose]: end('SIGTERM'),
  }
}

const askAt = (url: string): Server['ask'] => async <T>(query: string, variables: Readonly<Record<string, unknown>> = {}) => {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }), signal: AbortSignal.timeout(60_000) })
  const { data, errors } = await response.json() as { data?: T; errors?: readonly { message: string }[] }
  if (errors ?? !data) throw new Error(errors?.[0]?.message ?? 'no data')
  return data
}

async function ingestAt(url: string, messages: readonly unknown[]): Promise<IngestAnswer> {
  const response = await fetch(`${url}/ingest`, {
    method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: messages.map((message) => JSON.stringify(message)).join('\n'), signal: AbortSignal.timeout(60_000),
  })
  const body = await response.json() as NonNullable<IngestAnswer['report']> & { errors?: readonly { extensions: { code: string } }[] }
  return {
    status: response.status, retryAfter: response.headers.get('retry-after'),
    report: response.status === 200 ? body : undefined, code: body.errors?.[0]?.extensions.code,
  }
}
