import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Failure, failure, failureCodes } from '../errors.ts'
import { bugMessage, failureExtensions } from '../graphql/failures.ts'
import type { Log } from '../observe/log.ts'

/** Answers a request that never became an operation, in the form of all other errors: GraphQL's, with a code and the request's id. */
export function replyWithFailure(error: Failure, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, retryable } = failureCodes[error.code]
  if (retryable && (status === 429 || status === 503)) void reply.header('retry-after', String(retryAfterSeconds))
  return send(status, error.message, failureExtensions(error), request, reply)
}

/** Long enough for a queue to drain or a store to come back, short enough for a device not to fill its own memory. */
const retryAfterSeconds = 1

/** What Fastify, a hook or a route threw. */
export function replyWithError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const known = error instanceof Failure ? error : toFailure(error as FastifyError)
  if (known) return replyWithFailure(known, request, reply)
  log.error({ requestId: request.id, err: error }, 'a bug answered a request')
  return send(500, bugMessage, { code: 'INTERNAL_SERVER_ERROR', retryable: false }, request, reply)
}

/** Fastify's own refusals. */
function toFailure({ code, message, statusCode = 500 }: FastifyError): Failure | undefined {
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return failure('PAYLOAD_TOO_LARGE')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return failure('UNSUPPORTED_MEDIA_TYPE')
  return statusCode < 500 ? failure('MALFORMED_BODY', { message }) : undefined
}

function send(status: number, message: string, extensions: Readonly<Record<string, unknown>>, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.status(status).header('x-request-id', request.id).type(mediaType(request.headers.accept)).send(JSON.stringify({ errors: [{ message, extensions: { ...extensions, requestId: request.id } }] }))
}

/** The first of the two that the client names; JSON for one that names neither. */
function mediaType(accept = ''): string {
  const [plain, graphql] = [accept.indexOf('application/json'), accept.indexOf('application/graphql-response+json')]
  return graphql >= 0 && (plain < 0 || graphql < plain) ? 'application/graphql-response+json; charset=utf-8' : 'application/json; charset=utf-8'
}
