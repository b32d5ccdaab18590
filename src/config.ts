import { availableParallelism } from 'node:os'
import { createEnvironmentReader, type Environment } from './util/environment.ts'

/** Everything that can be set from outside. This file alone reads the environment. */
export interface Config {
  /** The address to listen on: the loopback, until access control comes. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Where the embedded stores keep everything. */
  readonly dataDirectory: string
  /** Whether an empty store gets the demo town. */
  readonly demo: boolean
  readonly tenant: string
  /** Undefined: the embedded server. */
  readonly neo4j: { readonly uri: string; readonly username: string; readonly password: string; readonly database: string } | undefined
  /** Of the embedded server, in MiB. */
  readonly neo4jHeapMb: number
  readonly neo4jPageCacheMb: number
  /** Undefined: embedded. */
  readonly telemetryUrl: string | undefined
  /** A Redis over which processes wake each other; undefined: they look for news by themselves. */
  readonly redisUrl: string | undefined
  /** What the embedded telemetry store may use, in MiB. */
  readonly telemetryMemoryMb: number
  /** Changes are kept in the journal so many days, and at most so many of them. */
  readonly journalDays: number
  readonly journalEntries: number
  /** The graph can be read as of any instant of so many days; what the journal still tells is kept all the same. */
  readonly historyDays: number
  /** From one round of rolling up and forgetting telemetry, and of trimming the journal and history, to the next. */
  readonly retentionEveryMs: number
  /** The path of the file that says where readings come from; undefined: over HTTP and GraphQL only. */
  readonly sourcesFile: string | undefined
  /** Tells apart the processes of one installation where the other side has to know them, as a broker does that keeps a session for each. */
  readonly instance: string | undefined
  /** Other sites whose pages may open streams, such as `https://app.example.com`. */
  readonly origins: readonly string[]
  /** The path of the file that names the programs which are engines; undefined: only those that are built in. */
  readonly enginesFile: string | undefined
  /** Where artifacts are kept; processes that share runs share it. Undefined: in the data directory. */
  readonly artifactsDirectory: string | undefined
  readonly runs: RunConfig
  readonly predictions: PredictionConfig
  /** Hosts that alerts may be delivered to, as `TWINFOLD_PREDICTOR_HOSTS` names them. */
  readonly alertHosts: readonly string[]
  /** Hides from clients what helps only developers: suggestions in validation errors. */
  readonly production: boolean
  /** Whether clients may ask for the schema. */
  readonly introspection: boolean
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'
  readonly limits: Limits
  /** The environment that child processes get. */
  readonly environment: Environment
}

export interface PredictionConfig {
  /** Models and forecasts computed at the same time by this process. */
  readonly atOnce: number
  /** What a process that computes models may use, in MiB. */
  readonly memoryMb: number
  /** Hosts of remote models, such as `models.example.org:8000` or `*.example.org`; what is not named is not called. */
  readonly hosts: readonly string[]
}

export interface RunConfig {
  /** Runs, or pieces of one, computed at the same time by this process. */
  readonly atOnce: number
  /** What one of them may use, in MiB. */
  readonly memoryMb: number
  /** Of a tenant: runs that wait or are under way. */
  readonly mostOpen: number
  /** Of one run: values of its results. */
  readonly mostValues: number
  /** How often a run is begun whose failures may pass. */
  readonly mostAttempts: number
  /** A process that gives no sign of life for so long has lost its runs. */
  readonly leaseMs: number
  /** An engine that gives no sign of life for so long is ended. */
  readonly silenceMs: number
}

export interface Limits {
  /** Of a request's body. */
  readonly bodyBytes: number
  /** Of one artifact. */
  readonly artifactBytes: number
  /** Of a body with binary tensors, and of all such bodies that are under way. */
  readonly inferenceBytes: number
  /** Of a document. */
  readonly tokens: number
  /** Fields below one another. */
  readonly depth: number
  readonly aliases: number
  /** Of `first`. */
  readonly pageSize: number
  /** Objects that an operation may ask for, by its page sizes. */
  readonly cost: number
  readonly operationTimeoutMs: number
  /** Of request bodies with readings that are under way at once, after decompression. */
  readonly ingestBytes: number
  /** Messages with readings that are under way at once. */
  readonly pendingMessages: number
  /** Refused readings that are kept. */
  readonly quarantine: number
  /** Operations under way on one connection, subscriptions among them. */
  readonly socketSubscriptions: number
  /** Of a tenant, over all its connections. */
  readonly tenantSubscriptions: number
  /** Of the document and the variables of a subscription, which are kept as long as it lives; in characters. */
  readonly subscriptionBytes: number
  /** WebSockets. */
  readonly sockets: number
  /** What may wait for a slow connection before no more is taken from its streams; one message may be more. */
  readonly connectionBufferBytes: number
  /** From the opening of a WebSocket to its connection_init. */
  readonly initialisationTimeoutMs: number
  /** How long a WebSocket may have no operation. */
  readonly idleTimeoutMs: number
  /** From one ping of a WebSocket to the next; a peer that does not answer before the next is gone. */
  readonly probeEveryMs: number
  /** From one comment in a stream of events to the next, for proxies that close what is silent. */
  readonly heartbeatMs: number
  /** How long operations in flight are waited for when the server stops. */
  readonly drainMs: number
}

/** The environment has a value that cannot be used. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Throws a ConfigError that names every variable that is wrong, and what it takes. */
export function createConfig(environment: Environment = process.env): Config {
  const env = createEnvironmentReader(environment)
  const host = env.text('TWINFOLD_HOST', '127.0.0.1')
  if (!loopback.has(host)) env.refuse('TWINFOLD_HOST', 'the server has no access control yet and listens on the loopback only: 127.0.0.1, ::1 or localhost.')
  const redisUrl = env.optional('TWINFOLD_REDIS_URL')
  if (redisUrl !== undefined && !/^rediss?:\/\//.test(redisUrl)) env.refuse('TWINFOLD_REDIS_URL', 'it is the address of a Redis, such as redis://127.0.0.1:6379, or rediss:// for TLS.')
  const config: Config = {
    host,
    port: env.whole('TWINFOLD_PORT', 4000, { least: 0, most: 65_535 }),
    dataDirectory: env.text('TWINFOLD_DATA', '.data'),
    demo: env.flag('TWINFOLD_DEMO', true),
    tenant: 'main',
    neo4j: toNeo4j(env.optional('NEO4J_URI'), env.text('NEO4J_USERNAME', 'neo4j'), env.text('NEO4J_PASSWORD', ''), env.text('NEO4J_DATABASE', 'neo4j')),
    neo4jHeapMb: env.whole('TWINFOLD_NEO4J_HEAP_MB', 1_024, { least: 256, most: 65_536 }),
    neo4jPageCacheMb: env.whole('TWINFOLD_NEO4J_PAGE_CACHE_MB', 384, { least: 16, most: 65_536 }),
    telemetryUrl: env.optional('TWINFOLD_TELEMETRY_URL'),
    redisUrl,
    telemetryMemoryMb: env.whole('TWINFOLD_TELEMETRY_MEMORY_MB', 1_024, { least: 128, most: 1_048_576 }),
    journalDays: env.whole('TWINFOLD_JOURNAL_DAYS', 30, { least: 1, most: 36_500 }),
    journalEntries: env.whole('TWINFOLD_JOURNAL_ENTRIES', 10_000_000, { least: 1_000, most: 10_000_000_000 }),
    historyDays: env.whole('TWINFOLD_HISTORY_DAYS', 90, { least: 1, most: 36_500 }),
    retentionEveryMs: env.whole('TWINFOLD_RETENTION_MS', 600_000, { least: 10, most: 86_400_000 }),
    sourcesFile: env.optional('TWINFOLD_SOURCES'),
    instance: env.optional('TWINFOLD_INSTANCE'),
    origins: toOrigins(env.text('TWINFOLD_ORIGINS', ''), (why) => { env.refuse('TWINFOLD_ORIGINS', why) }),
    enginesFile: env.optional('TWINFOLD_ENGINES'),
    artifactsDirectory: env.optional('TWINFOLD_ARTIFACTS'),
    runs: Object.freeze({
      atOnce: env.whole('TWINFOLD_RUNS_AT_ONCE', Math.min(availableParallelism(), 64), { least: 1, most: 1_000 }),
      memoryMb: env.whole('TWINFOLD_RUN_MEMORY_MB', 1_024, { least: 64, most: 1_048_576 }),
      mostOpen: env.whole('TWINFOLD_MAX_OPEN_RUNS', 10_000, { least: 1, most: 10_000_000 }),
      mostValues: env.whole('TWINFOLD_MAX_RUN_VALUES', 100_000_000, { least: 1, most: 2_000_000_000 }),
      mostAttempts: env.whole('TWINFOLD_RUN_ATTEMPTS', 3, { least: 1, most: 100 }),
      leaseMs: env.whole('TWINFOLD_RUN_LEASE_MS', 15_000, { least: 500, most: 3_600_000 }),
      silenceMs: env.whole('TWINFOLD_RUN_SILENCE_MS', 120_000, { least: 100, most: 86_400_000 }),
    }),
    predictions: Object.freeze({
      atOnce: env.whole('TWINFOLD_PREDICTIONS_AT_ONCE', Math.min(availableParallelism(), 64), { least: 1, most: 1_000 }),
      memoryMb: env.whole('TWINFOLD_PREDICTION_MEMORY_MB', 1_024, { least: 64, most: 1_048_576 }),
      hosts: toList(env.text('TWINFOLD_PREDICTOR_HOSTS', '')),
    }),
    alertHosts: toList(env.text('TWINFOLD_ALERT_HOSTS', '')),
    production: env.optional('NODE_ENV') === 'production',
    introspection: env.flag('TWINFOLD_INTROSPECTION', true),
    logLevel: env.oneOf('TWINFOLD_LOG', 'info', ['fatal', 'error', 'warn', 'info', 'debug', 'silent']),
    limits: Object.freeze({
      bodyBytes: env.whole('TWINFOLD_MAX_BODY_BYTES', 8_000_000, { least: 1_000, most: 1_000_000_000 }),
      artifactBytes: env.whole('TWINFOLD_MAX_ARTIFACT_BYTES', 256_000_000, { least: 1_000, most: 10_000_000_000 }),
      inferenceBytes: env.whole('TWINFOLD_MAX_INFERENCE_BYTES', 64_000_000, { least: 1_000, most: 1_000_000_000 }),
      tokens: env.whole('TWINFOLD_MAX_TOKENS', 8_000, { least: 100, most: 20_000 }),
      depth: env.whole('TWINFOLD_MAX_DEPTH', 20, { least: 1, most: 100 }),
      aliases: env.whole('TWINFOLD_MAX_ALIASES', 100, { least: 0, most: 10_000 }),
      pageSize: 1_000, // the contract's
      cost: env.whole('TWINFOLD_MAX_COST', 1_000_000, { least: 1, most: 1_000_000_000 }),
      operationTimeoutMs: env.whole('TWINFOLD_OPERATION_TIMEOUT_MS', 30_000, { least: 10, most: 3_600_000 }),
      ingestBytes: env.whole('TWINFOLD_MAX_INGEST_BYTES', 64_000_000, { least: 1_000, most: 10_000_000_000 }),
      pendingMessages: env.whole('TWINFOLD_MAX_PENDING_MESSAGES', 100_000, { least: 1, most: 100_000_000 }),
      quarantine: env.whole('TWINFOLD_QUARANTINE', 100_000, { least: 0, most: 100_000_000 }),
      socketSubscriptions: env.whole('TWINFOLD_MAX_SOCKET_SUBSCRIPTIONS', 100, { least: 1, most: 100_000 }),
      tenantSubscriptions: env.whole('TWINFOLD_MAX_SUBSCRIPTIONS', 20_000, { least: 1, most: 10_000_000 }),
      subscriptionBytes: env.whole('TWINFOLD_MAX_SUBSCRIPTION_BYTES', 1_000_000, { least: 1_000, most: 1_000_000_000 }),
      sockets: env.whole('TWINFOLD_MAX_SOCKETS', 20_000, { least: 1, most: 1_000_000 }),
      connectionBufferBytes: env.whole('TWINFOLD_CONNECTION_BUFFER_BYTES', 262_144, { least: 1_024, most: 1_000_000_000 }),
      initialisationTimeoutMs: env.whole('TWINFOLD_SOCKET_INIT_TIMEOUT_MS', 3_000, { least: 10, most: 600_000 }),
      idleTimeoutMs: env.whole('TWINFOLD_SOCKET_IDLE_MS', 600_000, { least: 10, most: 86_400_000 }),
      probeEveryMs: env.whole('TWINFOLD_SOCKET_PING_MS', 30_000, { least: 10, most: 3_600_000 }),
      heartbeatMs: env.whole('TWINFOLD_SSE_HEARTBEAT_MS', 12_000, { least: 10, most: 3_600_000 }),
      drainMs: env.whole('TWINFOLD_DRAIN_MS', 10_000, { least: 0, most: 600_000 }),
    }),
    environment,
  }
  const problems = env.problems('TWINFOLD_')
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return Object.freeze(config)
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

const toList = (text: string): readonly string[] => Object.freeze(text.split(',').map((each) => each.trim().toLowerCase()).filter((each) => each !== ''))

/** As browsers write them; a path or a slash at the end would match none. */
function toOrigins(list: string, refuse: (why: string) => void): readonly string[] {
  const origins = toList(list)
  if (origins.some((each) => !URL.canParse(each) || new URL(each).origin !== each)) refuse('it takes origins, separated by commas, such as https://app.example.com,https://other.example.com:8443.')
  return origins
}

const toNeo4j = (uri: string | undefined, username: string, password: string, database: string): Config['neo4j'] =>
  (uri === undefined ? undefined : Object.freeze({ uri, username, password, database }))
