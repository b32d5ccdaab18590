import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type App, createApp } from '../../src/app.ts'
import { type Config, createConfig } from '../../src/config.ts'
import { freshTenant } from './neo4j.ts'

export interface TestApp extends AsyncDisposable {
  readonly app: App
  readonly url: string
  readonly directory: string
  /** The answer to an operation, as it came. */
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>
  /** The data of an operation that has no errors. */
  data(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>
  post(path: string, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Data }>
  /** Ends it and starts another on the same data. */
  restart(): Promise<void>
}

// Answers are looked at with matchers, which take anything.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Data = Readonly<Record<string, any>>
export interface Answer {
  readonly data?: Data | null
  readonly errors?: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[]
}

/** The whole app over the run's Neo4j, in a tenant and a data directory of its own. */
export async function openTestApp(more: Partial<Config> & { readonly environment?: Config['environment'] } = {}): Promise<TestApp> {
  const { uri, username, password, database = 'neo4j' } = inject('neo4j')
  const directory = more.dataDirectory ?? await mkdtemp(join(tmpdir(), 'twinfold-app-'))
  const config: Config = { ...createConfig({}), port: 0, demo: false, logLevel: 'silent', neo4j: { uri, username, password, database }, tenant: freshTenant('app'), ...more, dataDirectory: directory }
  let app = await createApp(config)
  const ask = async (query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> => {
    const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) })
    return await response.json() as Answer
  }
  return {
    get app() {
      return app
    },
    get url() {
      return app.url
    },
    directory, ask,
    async data(query, variables) {
      const { data, errors } = await ask(query, variables)
      if (errors || !data) throw new Error(JSON.stringify(errors))
      return data
    },
    async post(path, body, headers = {}) {
      const response = await fetch(app.url + path, { method: 'POST', body: body as string, headers })
      return { status: response.status, headers: response.headers, body: await response.json() as Data }
    },
    async restart() {
      await app[Symbol.asyncDispose]()
      app = await createApp(config)
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
