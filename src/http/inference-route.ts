import { Transform } from 'node:stream'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, RequestPayload } from 'fastify'
import { Failure, failure, failureCodes } from '../errors.ts'
import type { Log } from '../observe/log.ts'
import { checkInputs } from '../prediction/check-tensors.ts'
import { toMetadata } from '../prediction/oip/metadata.ts'
import { readInferRequest, writeInferResponse } from '../prediction/oip/infer-messages.ts'
import { headerLengthHeader, OipFormatError } from '../prediction/oip/wire.ts'
import { PredictorError } from '../prediction/runtime.ts'
import type { FindServedModel, ServedModel } from '../prediction/served-model.ts'
import type { InFlight } from './in-flight.ts'

export interface InferenceRouteConfig {
  readonly find: FindServedModel
  /** Of this program. */
  readonly version: string
  readonly limits: {
    /** Of a body with numbers as text: reading it keeps all others waiting. */
    readonly bodyBytes: number
    /** Of a body with binary tensors, and of all bodies that are under way. */
    readonly inferenceBytes: number
    readonly operationTimeoutMs: number
  }
  readonly inFlight: InFlight
  readonly log: Log
}

const ofModel = ['/v2/models/:model', '/v2/models/:model/versions/:version'] as const

/**
 * Predictors served by the Open Inference Protocol v2 (src/prediction/oip/wire.ts), to any of its clients, which give rows and get what the model makes of them:
 * `/v2`, `/v2/health/{live,ready}`, `/v2/models/{name}[/versions/{version}]`, with `/ready`, and `/infer` (POST). Errors are `{ "error": … }`.
 */
export function addInferenceRoute(parent: FastifyInstance, { find, version, limits, inFlight, log }: InferenceRouteConfig): void {
  let bytesUnderWay = 0
  void parent.register(async (server) => {
    server.removeAllContentTypeParsers()
    server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.inferenceBytes }, (_request, body, done) => { done(null, body) })
    server.setErrorHandler((error, request, reply) => replyWithReason(error, request, reply, log))

    /** Does something as long as the client waits and the operation's time is not up. */
    const during = async <T>(reply: FastifyReply, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
      const operation = inFlight.begin(limits.operationTimeoutMs)
      reply.raw.once('close', () => { if (!reply.raw.writableFinished) operation.leave() })
      try {
        return await work(operation.signal)
      } finally {
        operation.end()
      }
    }
    const modelOf = async ({ params }: FastifyRequest, signal: AbortSignal): Promise<ServedModel> => {
      const { model, version: wanted } = params as { readonly model: string; readonly version?: string }
      const found = await find(model, wanted, signal)
      if (!found) throw failure('NO_SUCH_ADDRESS', { message: `There is no predictor ${JSON.stringify(model.slice(0, 200))}${wanted === undefined ? ' that is active' : ` in version ${JSON.stringify(wanted.slice(0, 40))}`}.` })
      return found
    }

    server.get('/v2', (_request, reply) => reply.send({ name: 'twinfold', version, extensions: ['binary_tensor_data'] }))
    server.get('/v2/health/live', (_request, reply) => reply.send({ live: true }))
    server.get('/v2/health/ready', (_request, reply) => reply.status(inFlight.isDraining ? 503 : 200).send({ ready: !inFlight.isDraining }))
    for (const url of ofModel) {
      server.get(url, (request, reply) => during(reply, async (signal) => {
        const { name, versions, platform, signature } = await modelOf(request, signal)
        return { name, versions, platform, inputs: toMetadata(signature.inputs), outputs: toMetadata(signature.outputs) }
      }))
      server.get(`${url}/ready`, (request, reply) => during(reply, async (signal) => {
        const { name, ready } = await modelOf(request, signal)
        await ready(signal)
        return { name, ready: true }
      }))
      server.post(`${url}/infer`, {
        bodyLimit: limits.inferenceBytes,
        async onRequest(request, reply) {
          const [length, isBinary] = [Number(request.headers['content-length'] ?? 0), request.headers[headerLengthHeader] !== undefined]
          if (!isBinary && length > limits.bodyBytes) throw tooMuchText(limits.bodyBytes)
          const bytes = isLengthSaid(request) ? length : limits.bodyBytes
          if (bytesUnderWay > 0 && bytesUnderWay + bytes > limits.inferenceBytes) throw failure('OVERLOADED', { message: 'More rows come in than can be computed. Send them again after a moment.' })
          bytesUnderWay += bytes
          reply.raw.once('close', () => { bytesUnderWay -= bytes })
          await Promise.resolve()
        },
        preParsing: async (request, _reply, payload) => await Promise.resolve(isLengthSaid(request) ? payload : atMost(limits.bodyBytes, payload)),
      }, (request, reply) => during(reply, (signal) => answer(request, reply, signal, modelOf, limits.bodyBytes)))
    }
    server.all('/v2/*', (request) => { throw failure('NO_SUCH_ADDRESS', { message: `There is nothing for ${request.method} at ${request.url.slice(0, 200)}.` }) })
    await Promise.resolve()
  })
}

async function answer(request: FastifyRequest, reply: FastifyReply, signal: AbortSignal, modelOf: (request: FastifyRequest, signal: AbortSignal) => Promise<ServedModel>, textBytes: number): Promise<FastifyReply> {
  const headerLength = request.headers[headerLengthHeader]
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  if ((headerLength === undefined ? body.length : Number(headerLength)) > textBytes) throw tooMuchText(textBytes)
  const model = await modelOf(request, signal)
  const asked = readInferRequest(body, typeof headerLength === 'string' ? headerLength : undefined)
  checkInputs(model.signature, asked.inputs)
  const outputs = await model.infer(asked.inputs, signal)
  const { parts, bytes, headerLength: jsonBytes } = await writeInferResponse(asked, { model_name: model.name, model_version: model.version }, outputs)
  void reply.header('cache-control', 'no-store').header('content-length', bytes).type(jsonBytes === undefined ? 'application/json' : 'application/octet-stream')
  if (jsonBytes !== undefined) void reply.header(headerLengthHeader, jsonBytes)
  return await reply.send(Buffer.concat(parts))
}

const isLengthSaid = ({ headers }: FastifyRequest): boolean => headers['content-length'] !== undefined

/** Of a body whose length nobody said before: as much as one may have whatever it is. */
function atMost(bytes: number, payload: RequestPayload): Transform {
  let passed = 0
  const bounded = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      passed += chunk.length
      if (passed > bytes) done(failure('PAYLOAD_TOO_LARGE', { message: `A body that does not say its length may have ${bytes} bytes. Say it by Content-Length, or send fewer rows at a time.` }))
      else done(null, chunk)
    },
  })
  payload.on('error', (error) => bounded.destroy(error))
  return payload.pipe(bounded).on('error', () => undefined) // whoever reads it is told
}

const tooMuchText = (bytes: number): Failure => failure('PAYLOAD_TOO_LARGE', { message: `A body may have ${bytes} bytes of JSON. Send fewer rows at a time, or binary tensors.` })

const statuses: ReadonlyMap<string, number> = new Map([['WRONG_SHAPE', 400], ['WRONG_TYPE', 400], ['RUNTIME_UNAVAILABLE', 503], ['RUNTIME_TIMEOUT', 504], ['OUT_OF_MEMORY', 507]])

/** OIP's form of errors. What is neither a failure, nor of a predictor, nor Fastify's own refusal is a bug, which is logged and not told. */
function replyWithReason(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const [status, message] = statusOf(error)
  if (status === 500 && !(error instanceof PredictorError)) log.error({ requestId: request.id, err: error }, 'a bug answered a request')
  if (status === 503 || status === 429) void reply.header('retry-after', '1')
  return reply.status(status).type('application/json').send({ error: message })
}

function statusOf(error: unknown): readonly [number, string] {
  if (error instanceof OipFormatError) return [400, error.message]
  if (error instanceof PredictorError) return [statuses.get(error.code) ?? 500, error.message]
  if (error instanceof Failure) return [error.code === 'OVERLOADED' ? 503 : failureCodes[error.code].status, error.message]
  const { statusCode = 500, message } = error as FastifyError
  return statusCode < 500 ? [statusCode, message] : [500, 'The server made an error. Its log says more.']
}
