import { createReadStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ArtifactPut, type ArtifactStore, isSha256 } from '../artifact/artifact-store.ts'
import { Failure, failure } from '../errors.ts'
import type { Log } from '../observe/log.ts'
import { replyWithFailure } from './error-reply.ts'
import type { InFlight } from './in-flight.ts'

export interface ArtifactRouteConfig {
  readonly artifacts: ArtifactStore
  readonly limits: {
    /** Of one artifact. */
    readonly artifactBytes: number
    readonly operationTimeoutMs: number
  }
  readonly inFlight: InFlight
  readonly log: Log
}

/** An upload takes longer than an operation; the server gives a request twice an operation's time. */
const uploadTimes = 2

/**
 * `/artifacts/{sha256}`: PUT stores a body whose SHA-256 is the name (201; 200 where it was there; 422 with the SHA-256 it has; 413), GET and HEAD read it.
 * What a name means never changes, so that answers can be kept for ever.
 */
export function addArtifactRoute(parent: FastifyInstance, { artifacts, limits, inFlight, log }: ArtifactRouteConfig): void {
  void parent.register(async (server) => {
    server.removeAllContentTypeParsers()
    server.addContentTypeParser('*', (_request, payload, done) => { done(null, payload) }) // bytes are bytes, whatever they are called
    server.setErrorHandler((error, request) => {
      if (error instanceof Failure && error.code === 'ARTIFACTS_UNAVAILABLE') log.error({ requestId: request.id, err: error }, 'artifacts cannot be stored or read')
      throw error // to the server's own
    })
    server.route({
      url: '/artifacts/:sha256',
      method: 'PUT',
      bodyLimit: limits.artifactBytes,
      async handler(request, reply) {
        const sha256 = nameOf(request)
        if (Number(request.headers['content-length'] ?? 0) > limits.artifactBytes) throw tooLarge(limits.artifactBytes)
        const operation = inFlight.begin(limits.operationTimeoutMs * uploadTimes)
        reply.raw.once('close', operation.leave)
        try {
          const put = await artifacts.put(sha256, bodyOf(request), { mostBytes: limits.artifactBytes, signal: operation.signal })
          return await answer(put, sha256, limits.artifactBytes, reply)
        } catch (error) {
          if (request.raw.complete || !request.raw.destroyed) throw error
          return reply.hijack() // the client is gone: nobody is to be answered, and nothing is wrong here
        } finally {
          operation.end()
        }
      },
    })
    server.route({
      url: '/artifacts/:sha256',
      method: ['GET', 'HEAD'],
      async handler(request, reply) {
        const sha256 = nameOf(request)
        const [bytes, path] = await Promise.all([artifacts.size(sha256), artifacts.path(sha256)])
        if (bytes === undefined || path === undefined) throw failure('NO_SUCH_ADDRESS', { message: `There is no artifact ${sha256}. PUT it here.` })
        void reply.header('etag', `"${sha256}"`).header('cache-control', 'private, max-age=31536000, immutable')
        if (isKnown(request.headers['if-none-match'], sha256)) return await reply.status(304).send()
        void reply.type('application/octet-stream').header('content-length', bytes)
        return await reply.send(request.method === 'HEAD' ? undefined : createReadStream(path))
      },
    })
    server.route({
      url: '/artifacts/:sha256', method: ['OPTIONS', 'POST', 'PATCH', 'DELETE'],
      handler: (request, reply) => replyWithFailure(failure('METHOD_NOT_ALLOWED'), request, reply.header('allow', 'GET, HEAD, PUT')),
    })
    await Promise.resolve()
  })
}

function nameOf(request: FastifyRequest): string {
  const { sha256 } = request.params as { readonly sha256: string }
  if (!isSha256(sha256)) throw failure('BAD_USER_INPUT', { message: `${JSON.stringify(sha256.slice(0, 80))} is no SHA-256: it takes the 64 hexadecimal digits, in lower case, of the content.` })
  return sha256
}

/** The body as it comes. What is cut off rejects: `aborted` of a request is an error of its stream. */
async function* bodyOf(request: FastifyRequest): AsyncGenerator<Uint8Array> {
  const body = request.body as IncomingMessage | undefined
  if (body === undefined) return // content-length: 0
  // The stream is not destroyed when no more of it is wanted: the connection has to carry the answer. Node drops what is left of a body once it is answered.
  for await (const chunk of body.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array
}

async function answer(put: ArtifactPut, sha256: string, mostBytes: number, reply: FastifyReply): Promise<FastifyReply> {
  if (put.kind === 'tooLarge') throw tooLarge(mostBytes)
  if (put.kind === 'otherContent') throw failure('OTHER_CONTENT', { message: `The content is not that of ${sha256}: its SHA-256 is ${put.actual}.`, details: { actual: put.actual } })
  return await reply.status(put.isNew ? 201 : 200).header('cache-control', 'no-store').header('location', `/artifacts/${sha256}`).send({ sha256, bytes: put.bytes })
}

const tooLarge = (mostBytes: number): Failure => failure('PAYLOAD_TOO_LARGE', { message: `An artifact may have ${mostBytes} bytes.` })

/** RFC 9110, 13.1.2; weak tags count as the strong ones. */
const isKnown = (header: string | undefined, sha256: string): boolean => header?.split(',').some((tag) => [`"${sha256}"`, '*'].includes(tag.trim().replace(/^W\//, ''))) ?? false
