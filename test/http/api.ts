import { once } from 'node:events'
import { connect } from 'node:net'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { GraphQLError, type GraphQLSchema } from 'graphql'
import type { ArtifactStore } from '../../src/artifact/artifact-store.ts'
import { type Config, createConfig, type Limits } from '../../src/config.ts'
import { failure } from '../../src/errors.ts'
import type { Context } from '../../src/graphql/context.ts'
import type { OpenStream } from '../../src/graphql/live-operation.ts'
import { createLiveSchema, type LiveSchema } from '../../src/graphql/live-schema.ts'
import { scalars } from '../../src/graphql/scalars.ts'
import type { Services } from '../../src/graphql/services.ts'
import type { HealthChecks } from '../../src/http/health.ts'
import { type Served, serve } from '../../src/http/serve.ts'
import type { Metrics } from '../../src/observe/metrics.ts'
import { type Log, logTo } from '../../src/observe/log.ts'

/** A schema with one field for each thing that can come of a request. */
export function trialSchema(version = 'one', finished?: Promise<string>): GraphQLSchema {
  return makeExecutableSchema<Context>({
    typeDefs: `scalar JSON
      type Query { version: String!  echo(value: JSON): JSON  whoAmI: String  node(id: ID!): Node  nodes(limit: Int, ids: [ID!]): [Node!]!  nodesConnection(first: Int = 50): Nodes!
        bug: String  failing: String  outage: String  meant: String  never: String  untilAborted: String  whenFinished: String  required(id: ID!): String  nothing: String!  found(by: NodeBy): String }
      input NodeBy { name: String }
      type Mutation { change: String  changeForever: String }
      type Node { id: ID!  name: String  next(limit: Int): [Node!]!  nextConnection(first: Int = 50): Nodes! }
      type Nodes { edges: [Edge!]! }
      type Edge { node: Node! }`,
    resolvers: {
      ...(scalars['JSON'] && { JSON: scalars['JSON'] }),
      Query: {
        version: () => version,
        echo: (_, { value }: { value: unknown }) => value,
        whoAmI: (_, _args, { principal }) => `${principal.subject}@${principal.tenant}`,
        nodes: () => [{ id: 'a', name: 'A' }],
        bug: () => { throw new TypeError('secret of the store: bolt://neo4j:password@10.0.0.1') },
        failing: () => { throw failure('LIST_TOO_LONG', { details: { connection: 'nodesConnection' } }) },
        outage: () => { throw failure('STORE_UNAVAILABLE', { cause: new Error('secret of the connection') }) },
        meant: () => { throw new GraphQLError('a library says: secret column') },
        never: () => new Promise(() => undefined),
        untilAborted: (_, _args, { signal }) => new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { reject(signal.reason as Error) }) }),
        whenFinished: () => finished,
        required: (_, { id }: { id: string }) => id,
        nothing: () => null,
      },
      Mutation: { change: () => 'changed', changeForever: () => new Promise(() => undefined) },
    },
  })
}

const noStreams: OpenStream = () => Promise.reject(new Error('The trial schema has no subscriptions.'))
const noMetrics: Metrics = { contentType: 'text/plain', text: () => Promise.resolve(''), ingested: () => undefined, watchLive: () => undefined }

export interface TrialApi extends AsyncDisposable {
  readonly url: string
  readonly live: LiveSchema
  readonly served: Served
  /** Lines of the log so far, parsed. */
  readonly logged: readonly Readonly<Record<string, unknown>>[]
  /** POSTs an operation as JSON. */
  ask(query: string, more?: { variables?: unknown; operationName?: string; headers?: Record<string, string> }): Promise<Answer>
  send(path: string, init?: RequestInit): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: GraphQLBody
}
export interface GraphQLBody {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly { readonly message: string; readonly path?: readonly string[]; readonly extensions: Readonly<Record<string, unknown>> }[]
}

export interface TrialConfig extends Partial<Pick<Config, 'host' | 'production' | 'introspection' | 'origins'>> {
  readonly limits?: Partial<Limits>
  readonly checks?: HealthChecks
  readonly schema?: GraphQLSchema
  /** Begins subscriptions; without it there are none. */
  readonly openStream?: OpenStream
  readonly metrics?: Metrics
  readonly artifacts?: ArtifactStore
}

/** The real server over a trial schema. */
export async function createTrialApi({ checks = {}, schema = trialSchema(), limits = {}, openStream = noStreams, metrics = noMetrics, artifacts, ...settings }: TrialConfig = {}): Promise<TrialApi> {
  const config = createConfig({ TWINFOLD_PORT: '0' })
  const logged: Readonly<Record<string, unknown>>[] = []
  const log: Log = logTo({ write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>) }, 'debug')
  const live = createLiveSchema(schema)
  const services = {} as Services // the trial schema's fields use none
  const served = await serve({ config: { ...config, ...settings, limits: { ...config.limits, ...limits } }, schema: live, services, artifacts, openStream, principal: { tenant: 'main', subject: 'tester' }, checks, metrics, log })
  const send: TrialApi['send'] = async (path, init) => {
    const response = await fetch(served.url + path, { redirect: 'manual', ...init })
    const text = await response.text()
    const isJson = /^application\/(graphql-response\+)?json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) as GraphQLBody : {} }
  }
  return {
    url: served.url, live, served, logged, send,
    ask: (query, { headers, ...more } = {}) => send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query, ...more }) }),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  }
}

/** Sends bytes as they are, and returns the answer's; what `fetch` would refuse to send. */
export async function sendRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.end(text)
  await once(socket, 'close', { signal: AbortSignal.timeout(10_000) })
  return Buffer.concat(chunks).toString()
}

/** Resolves when the condition holds; fails when it does not within the time. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!await condition()) {
    if (performance.now() > deadline) throw new Error(`Waited ${withinMs} ms until ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
