import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Limits } from '../config.ts'
import { failure } from '../errors.ts'
import type { Log } from '../observe/log.ts'
import { newId } from '../util/id.ts'
import { replyWithError, replyWithFailure } from './error-reply.ts'
import type { InFlight } from './in-flight.ts'
import { parseJsonBody } from './json-body.ts'
import { isLoopbackName } from './live/origin.ts'

export interface HttpServerConfig {
  readonly limits: Limits
  readonly inFlight: InFlight
  readonly log: Log
}

/** Addresses that answer while the server stops. */
const health: ReadonlySet<string> = new Set(['/livez', '/readyz'])

/** A Fastify server that takes JSON only and answers every error as JSON, in GraphQL's form, with a request id. Routes are added by others. */
export function createHttpServer({ limits, inFlight, log }: HttpServerConfig): FastifyInstance {
  const server = fastify({
    bodyLimit: limits.bodyBytes, genReqId: ({ headers }) => clientsId(headers['x-request-id']) ?? newId(), exposeHeadRoutes: false,
    forceCloseConnections: 'idle', return503OnClosing: false, requestTimeout: limits.operationTimeoutMs * 2,
    frameworkErrors: (error, request, reply) => { void replyWithError(error, request, reply, log) }, // before there is a route, such as an address that is none
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: FastifyRequest, body: string) => await Promise.resolve(parseJsonBody(body)))

  server.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff')
    // Without access control, whoever reaches the server is its administrator. A page of another site can reach it through a name of its own that it lets
    // point to 127.0.0.1 (DNS rebinding); its requests carry that name.
    if (request.hostname !== '' && !isLoopbackName(request.hostname)) throw failure('UNKNOWN_HOST')
    if (inFlight.isDraining && !health.has(request.routeOptions.url ?? '')) throw failure('SHUTTING_DOWN')
    await Promise.resolve()
  })
  server.addHook('onSend', async (_request, reply) => {
    if (inFlight.isDraining) void reply.header('connection', 'close') // an open connection would keep the server from ending
    await Promise.resolve()
  })
  server.setErrorHandler((error, request, reply) => replyWithError(error, request, reply, log))
  server.setNotFoundHandler((request, reply) => replyWithFailure(failure('NO_SUCH_ADDRESS'), request, reply))
  return server
}

/** A client's own id is taken over, where it can stand in a log and a header as it is. */
const clientsId = (given: unknown): string | undefined => (typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : undefined)
