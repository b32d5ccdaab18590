import type { ApolloServer } from '@apollo/server'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Limits } from '../config.ts'
import { failure } from '../errors.ts'
import type { Context, Principal } from '../graphql/context.ts'
import { documentNesting } from '../graphql/limits/nesting.ts'
import { withRequestId } from '../graphql/request-id.ts'
import type { Services } from '../graphql/services.ts'
import { replyWithFailure } from './error-reply.ts'
import type { InFlight } from './in-flight.ts'
import { deepestNesting } from './json-body.ts'
import { answerByEvents, type EventStreamConfig } from './live/event-stream.ts'
import { askedByEvents } from './live/wants-events.ts'

export interface GraphQLRouteConfig {
  readonly apollo: ApolloServer<Context>
  readonly principal: Principal
  readonly services: Services
  readonly limits: Limits
  readonly inFlight: InFlight
  readonly events: EventStreamConfig
}

/** `/graphql`: GET for queries, POST for everything; as one answer, or as a stream of events. */
export function addGraphQLRoute(server: FastifyInstance, { apollo, principal, services, limits, inFlight, events }: GraphQLRouteConfig): void {
  const answer = fastifyApolloHandler(apollo, {
    context: (request, reply): Promise<Context> => {
      const operation = inFlight.begin(limits.operationTimeoutMs)
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) operation.leave()
        operation.end()
      })
      return Promise.resolve({ principal, requestId: request.id, signal: operation.signal, services })
    },
  })
  server.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    preHandler: async (request) => {
      if (documentNesting(sourceOf(request)) > deepestNesting) throw failure('QUERY_TOO_DEEP', { message: `The document nests brackets deeper than ${deepestNesting} levels. Use variables, or split it.` })
      await Promise.resolve()
    },
    handler: (request, reply) => {
      const asked = askedByEvents(request)
      return asked ? answerByEvents(asked, request, reply, events) : withRequestId(request.id, () => answer.call(server, request, reply))
    },
  })
  server.route({
    url: '/graphql',
    method: ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'],
    handler: (request, reply) => replyWithFailure(failure('METHOD_NOT_ALLOWED'), request, reply.header('allow', 'GET, POST')),
  })
}

/** The document of a request, before anybody has looked at it. */
function sourceOf({ body, query }: FastifyRequest): string {
  for (const holder of [body, query]) if (typeof holder === 'object' && holder !== null && 'query' in holder && typeof holder.query === 'string') return holder.query
  return ''
}
