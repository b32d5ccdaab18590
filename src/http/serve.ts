import type { ArtifactStore } from '../artifact/artifact-store.ts'
import { type Config, ConfigError } from '../config.ts'
import type { Principal } from '../graphql/context.ts'
import type { OpenStream } from '../graphql/live-operation.ts'
import type { LiveSchema } from '../graphql/live-schema.ts'
import { createGraphQLServer } from '../graphql/server.ts'
import type { Services } from '../graphql/services.ts'
import packageFacts from '../../package.json' with { type: 'json' }
import type { FindServedModel } from '../prediction/served-model.ts'
import type { Log } from '../observe/log.ts'
import type { LiveFigures, Metrics } from '../observe/metrics.ts'
import { addArtifactRoute } from './artifact-route.ts'
import { addGraphiql } from './graphiql.ts'
import { addGraphQLRoute } from './graphql-route.ts'
import { addHealth, type HealthChecks } from './health.ts'
import { addInferenceRoute } from './inference-route.ts'
import { addIngestRoute } from './ingest-route.ts'
import { addMetrics } from './metrics-route.ts'
import { createInFlight } from './in-flight.ts'
import { addLive } from './live/live.ts'
import { createHttpServer } from './server.ts'

export interface ServeConfig {
  readonly config: Pick<Config, 'host' | 'port' | 'limits' | 'origins' | 'production' | 'introspection' | 'environment'>
  readonly schema: LiveSchema
  readonly services: Services
  /** What `/artifacts` stores and reads; undefined: there is no such address. */
  readonly artifacts?: ArtifactStore | undefined
  /** Models that `/v2` serves; undefined: there is no such address. */
  readonly models?: FindServedModel | undefined
  /** Begins subscriptions. */
  readonly openStream: OpenStream
  /** Waits until streams have what the last mutations changed. */
  readonly settleStreams?: (() => Promise<void>) | undefined
  /** Who every request is from, until access control comes. */
  readonly principal: Principal
  /** Of `/readyz`, besides the server's own. */
  readonly checks: HealthChecks
  /** What `/metrics` shows. */
  readonly metrics: Metrics
  readonly log: Log
}

/**
 * A server that listens. Disposing drains it: not ready, no new requests, those in flight finish within their grace or are told SHUTTING_DOWN,
 * streams get their last payloads, then no connection is left.
 */
export interface Served extends AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  /** Operations being answered. */
  readonly inFlight: number
  /** What streams take. */
  readonly live: LiveFigures
  /** Ends the grace of requests in flight at once. */
  hurry(): void
}

/** Connections that may wait to be accepted: devices that all come back at once are to be told 429, not reset. */
const backlog = 4_096
/** For requests that are no operations, such as a probe's. */
const lingerMs = 500

/** Rejects with a ConfigError when the address is taken, or is not this process's to listen on. */
export async function serve({ config, schema, services, artifacts, models, openStream, settleStreams, principal, checks, metrics, log }: ServeConfig): Promise<Served> {
  await using parts = new AsyncDisposableStack()
  const { host, port, limits, origins, production, introspection, environment } = config
  const inFlight = createInFlight()
  const apollo = createGraphQLServer({ schema, limits, production, introspection, log })
  await apollo.start()
  parts.defer(() => apollo.stop())

  const server = createHttpServer({ limits, inFlight, log })
  addHealth(server, { ...checks, accepting: () => !inFlight.isDraining })
  addMetrics(server, metrics)
  addIngestRoute(server, { services, limits, inFlight, metrics })
  if (artifacts) addArtifactRoute(server, { artifacts, limits, inFlight, log })
  if (models) addInferenceRoute(server, { find: models, version: packageFacts.version, limits, inFlight, log })
  const operations = { apollo, principal, services, limits, inFlight }
  const live = addLive(server.server, { ...operations, schema, openStream, origins, production, log })
  metrics.watchLive(live.counts)
  addGraphQLRoute(server, { ...operations, events: live.events })
  addGraphiql(server, { environment, log })
  parts.defer(async () => {
    await inFlight.drain(limits.drainMs) // still listening: whoever comes is told that the server is stopping, and whoever looks, that it is not ready
    await settleStreams?.()
    await live.drain() // after the mutations: their changes are still seen
    const timer = setTimeout(() => { server.server.closeAllConnections() }, lingerMs)
    await server.close()
    clearTimeout(timer)
  })
  const url = await server.listen({ host, port, backlog }).catch((error: unknown) => { throw unusableAddress(error, host, port) })
  const owned = parts.move()
  return { url, get inFlight() { return inFlight.count }, live: live.counts, hurry: inFlight.hurry, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function unusableAddress(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return new ConfigError(`Port ${port} of ${host} is taken. Stop the program that has it, or choose another in TWINFOLD_PORT; 0 picks a free one.`, { cause: error })
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') return new ConfigError(`Port ${port} of ${host} cannot be listened on (${code}). Choose others in TWINFOLD_HOST and TWINFOLD_PORT.`, { cause: error })
  return error
}
