import { type Config, ConfigError } from '../config.ts'
import type { Principal } from '../graphql/context.ts'
import type { LiveSchema } from '../graphql/live-schema.ts'
import { createGraphQLServer } from '../graphql/server.ts'
import type { Services } from '../graphql/services.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import { addGraphiql } from './graphiql.ts'
import { addGraphQLRoute } from './graphql-route.ts'
import { addHealth, type HealthChecks } from './health.ts'
import { addIngestRoute } from './ingest-route.ts'
import { addMetrics } from './metrics-route.ts'
import { createInFlight } from './in-flight.ts'
import { createHttpServer } from './server.ts'

export interface ServeConfig {
  readonly config: Pick<Config, 'host' | 'port' | 'limits' | 'production' | 'introspection' | 'environment'>
  readonly schema: LiveSchema
  readonly services: Services
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
 * then no connection is left.
 */
export interface Served extends AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  /** Operations being answered. */
  readonly inFlight: number
  /** Ends the grace of requests in flight at once. */
  hurry(): void
}

/** Connections that may wait to be accepted: devices that all come back at once are to be told 429, not reset. */
const backlog = 4_096
/** For requests that are no operations, such as a probe's. */
const lingerMs = 500

/** Rejects with a ConfigError when the address is taken, or is not this process's to listen on. */
export async function serve({ config: { host, port, limits, production, introspection, environment }, schema, services, principal, checks, metrics, log }: ServeConfig): Promise<Served> {
  await using parts = new AsyncDisposableStack()
  const inFlight = createInFlight()
  const apollo = createGraphQLServer({ schema, limits, production, introspection, log })
  await apollo.start()
  parts.defer(() => apollo.stop())

  const server = createHttpServer({ limits, inFlight, log })
  addHealth(server, { ...checks, accepting: () => !inFlight.isDraining })
  addMetrics(server, metrics)
  addIngestRoute(server, { services, limits, inFlight, metrics })
  addGraphQLRoute(server, { apollo, principal, services, limits, inFlight })
  addGraphiql(server, { environment, log })
  parts.defer(async () => {
    await inFlight.drain(limits.drainMs) // still listening: whoever comes is told that the server is stopping, and whoever looks, that it is not ready
    const timer = setTimeout(() => { server.server.closeAllConnections() }, lingerMs)
    await server.close()
    clearTimeout(timer)
  })
  const url = await server.listen({ host, port, backlog }).catch((error: unknown) => { throw unusableAddress(error, host, port) })
  const owned = parts.move()
  return { url, get inFlight() { return inFlight.count }, hurry: inFlight.hurry, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function unusableAddress(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return new ConfigError(`Port ${port} of ${host} is taken. Stop the program that has it, or choose another in TWINFOLD_PORT; 0 picks a free one.`, { cause: error })
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') return new ConfigError(`Port ${port} of ${host} cannot be listened on (${code}). Choose others in TWINFOLD_HOST and TWINFOLD_PORT.`, { cause: error })
  return error
}
