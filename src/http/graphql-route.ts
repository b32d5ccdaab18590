import type { ApolloServer } from '@apollo/server'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import type { FastifyInstance } from 'fastify'
import type { Limits } from '../config.ts'
import { failure } from '../errors.ts'
import type { Context, Principal } from '../graphql/context.ts'
import type { Services } from '../graphql/services.ts'

export interface GraphQLRouteConfig {
  readonly apollo: ApolloServer<Context>
  readonly principal: Principal
  readonly services: Services
  readonly limits: Limits
}

/** `/graphql`: GET and POST. A request's signal fires when its client is gone or its time is up. */
export function addGraphQLRoute(server: FastifyInstance, { apollo, principal, services, limits }: GraphQLRouteConfig): void {
  server.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler: fastifyApolloHandler(apollo, {
      context: (request, reply) => {
        const gone = new AbortController()
        const timer = setTimeout(() => { gone.abort(failure('TIMEOUT')) }, limits.operationTimeoutMs)
        reply.raw.once('close', () => {
          clearTimeout(timer)
          if (!reply.raw.writableFinished) gone.abort(new DOMException('The client is gone.', 'AbortError'))
        })
        return Promise.resolve({ principal, requestId: request.id, signal: gone.signal, services })
      },
    }),
  })
  server.route({ url: '/graphql', method: ['PUT', 'DELETE', 'PATCH'], handler: (request, reply) => reply.status(405).header('allow', 'GET, POST').send({ errors: [{ message: 'GraphQL is asked by GET or POST.', extensions: { code: 'METHOD_NOT_ALLOWED', requestId: request.id } }] }) })
}
