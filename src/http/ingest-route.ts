import { createGunzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Limits } from '../config.ts'
import { failure } from '../errors.ts'
import { type DecodedBody, decodeCloudEvents, decodeJsonBody, decodeLines } from '../telemetry/decode-body.ts'
import type { Services } from '../graphql/services.ts'
import type { Metrics } from '../observe/metrics.ts'
import { monotonicMs } from '../util/clock.ts'
import { replyWithFailure } from './error-reply.ts'
import type { InFlight } from './in-flight.ts'

export interface IngestRouteConfig {
  readonly services: Pick<Services, 'telemetry'>
  readonly limits: Limits
  readonly inFlight: InFlight
  readonly metrics: Pick<Metrics, 'ingested'>
}

/** Content types, and how a body of each is read. */
const decoders: Readonly<Record<string, (text: string) => DecodedBody>> = {
  'application/json': decodeJsonBody,
  'application/x-ndjson': decodeLines,
  'application/jsonl': decodeLines,
  'application/cloudevents+json': decodeCloudEvents,
  'application/cloudevents-batch+json': decodeCloudEvents,
}

/** `/ingest`: readings in, an answer when they are durable. */
export function addIngestRoute(parent: FastifyInstance, { services, limits, inFlight, metrics }: IngestRouteConfig): void {
  let bytesUnderWay = 0
  void parent.register(async (server) => {
    server.removeAllContentTypeParsers()
    for (const [type, decode] of Object.entries(decoders)) {
      server.addContentTypeParser(type, { parseAs: 'string' }, async (_request: FastifyRequest, body: string) => await Promise.resolve(decode(body)))
    }
    server.route({
      url: '/ingest',
      method: 'POST',
      async onRequest(request, reply) {
        const bytes = Number(request.headers['content-length'] ?? limits.bodyBytes) * (request.headers['content-encoding'] === undefined ? 1 : 8)
        if (bytesUnderWay > 0 && bytesUnderWay + bytes > limits.ingestBytes) throw failure('OVERLOADED', { message: 'More readings come in than can be stored. Send them again after a moment.' })
        bytesUnderWay += bytes
        reply.raw.once('close', () => { bytesUnderWay -= bytes })
        await Promise.resolve()
      },
      async preParsing(request, _reply, payload) {
        const encoding = request.headers['content-encoding']
        if (encoding === undefined || encoding === 'identity') return await Promise.resolve(payload)
        if (encoding !== 'gzip') throw failure('UNSUPPORTED_MEDIA_TYPE', { message: `The content-encoding ${encoding} is not taken. Send gzip, or none.` })
        delete request.headers['content-length'] // of the compressed body; the limit is on what comes of it
        const gunzip = createGunzip()
        payload.on('error', (error) => gunzip.destroy(error))
        return payload.pipe(gunzip).on('error', () => undefined)
      },
      async handler(request, reply: FastifyReply) {
        const { intake } = services.telemetry
        const operation = inFlight.begin(limits.operationTimeoutMs)
        const since = monotonicMs()
        try {
          const { deliveries, undecodable } = request.body as DecodedBody
          const report = await intake.submit(deliveries)
          if (undecodable.length > 0) await intake.refuse(undecodable)
          return await reply.header('cache-control', 'no-store').send({ ...report, quarantined: report.quarantined + undecodable.length })
        } finally {
          metrics.ingested((monotonicMs() - since) / 1_000)
          operation.end()
        }
      },
    })
    server.route({ url: '/ingest', method: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'], handler: (request, reply) => replyWithFailure(failure('METHOD_NOT_ALLOWED'), request, reply.header('allow', 'POST')) })
    await Promise.resolve()
  })
}
