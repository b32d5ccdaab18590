import { randomUUID } from 'node:crypto'
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import secureJsonParse from 'secure-json-parse'
import type { Limits } from '../config.ts'
import { Failure, failure, failureCodes } from '../errors.ts'
import type { Log } from '../observe/log.ts'
import { checkNesting } from './json-text.ts'

/** A Fastify server that answers every error as JSON, in GraphQL's form, with a request id. Routes are added by others. */
export function createHttpServer(limits: Limits, log: Log): FastifyInstance {
  const server = fastify({
    bodyLimit: limits.bodyBytes, genReqId: () => randomUUID(), forceCloseConnections: 'idle', return503OnClosing: true, exposeHeadRoutes: false,
    requestTimeout: limits.operationTimeoutMs * 2, routerOptions: { maxParamLength: 200 },
  })
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseBody(String(body)))
    } catch (error) {
      done(error instanceof Failure ? error : failure('MALFORMED_BODY', { message: `The request body is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`, cause: error }))
    }
  })
  server.addHook('onRequest', async (request, reply) => {
    await reply.header('x-request-id', request.id)
  })
  server.setErrorHandler((error: FastifyError, request, reply) => sendError(error, request, reply, log))
  server.setNotFoundHandler((request, reply) => reply.status(404).send(body(request, 'NOT_FOUND', `There is nothing at ${request.method} ${request.url.slice(0, 200)}. The API is at /graphql.`, false)))
  return server
}

function parseBody(text: string): unknown {
  checkNesting(text)
  const value: unknown = secureJsonParse.parse(text) // refuses keys that would change an object's prototype
  if (typeof value === 'object' && value !== null && 'query' in value && typeof value.query === 'string') checkNesting(value.query)
  return value
}

function sendError(error: FastifyError | Failure, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  if (error instanceof Failure) return reply.status(failureCodes[error.code].status).send(body(request, error.code, error.message, failureCodes[error.code].retryable))
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return reply.status(413).send(body(request, 'PAYLOAD_TOO_LARGE', failureCodes.PAYLOAD_TOO_LARGE.message, false))
  if (error.statusCode !== undefined && error.statusCode < 500) return reply.status(error.statusCode).send(body(request, 'BAD_REQUEST', error.message, false))
  log.error({ requestId: request.id, err: error }, 'a bug answered a request')
  return reply.status(500).send(body(request, 'INTERNAL_SERVER_ERROR', 'An error inside the server; the request id finds it in the log.', false))
}

const body = (request: FastifyRequest, code: string, message: string, retryable: boolean): unknown => ({ errors: [{ message, extensions: { code, retryable, requestId: request.id } }] })
