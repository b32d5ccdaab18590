import type { HostRule } from '../../prediction/allowed-hosts.ts'
import { checkInputs } from '../../prediction/check-tensors.ts'
import { decodeTensors, isRecord, splitBody } from '../../prediction/oip/decode.ts'
import { encodeBody } from '../../prediction/oip/encode.ts'
import { parseMetadata } from '../../prediction/oip/metadata.ts'
import { headerLengthHeader, OipFormatError } from '../../prediction/oip/wire.ts'
import { type ModelRef, PredictorError, type PredictorRuntime } from '../../prediction/runtime.ts'
import { newId } from '../../util/id.ts'
import { exchange, type OipRequest, type OipResponse } from './exchange.ts'
import { addressOf } from './addresses.ts'
import { createServerGuard, type ServerGuard, type ServerGuardConfig } from './server-guard.ts'

export interface OipRuntimeConfig extends Partial<ServerGuardConfig> {
  /** Asked at every call: what was registered may not be allowed any more. */
  readonly isAllowed: HostRule
  /** The longest answer that is read. */
  readonly mostAnswerBytes?: number
  /** Of it, JSON: reading it keeps all others waiting. */
  readonly mostJsonBytes?: number
}

type RemoteModel = ModelRef & { readonly kind: 'remote' }

/** Servers whose failures are remembered: those asked last. */
const mostServers = 256

/**
 * Models on servers of the Open Inference Protocol v2 (KServe, Triton, MLServer): https://github.com/kserve/open-inference-protocol. A model's `timeoutMs` is for all attempts
 * together. Numbers that are not finite are passed on: what they mean is for whoever asked. Errors name the server and the model.
 */
export function createOipRuntime({ isAllowed, attempts = 3, failures = 5, restMs = 5_000, mostAnswerBytes = 256_000_000, mostJsonBytes = 16_000_000 }: OipRuntimeConfig): PredictorRuntime {
  const guards = new Map<string, ServerGuard>()
  const closing = new AbortController()
  const guardOf = (server: string): ServerGuard => {
    const guard = guards.get(server) ?? createServerGuard(server, { attempts, failures, restMs })
    guards.delete(server)
    guards.set(server, guard)
    for (const [oldest] of guards) if (guards.size > mostServers) guards.delete(oldest)
    return guard
  }
  /** As `splitBody` reads it: all of it is JSON, or as much as the header says. */
  const mostBytesOf = (headers: Headers): number => {
    const jsonBytes = headers.get(headerLengthHeader)
    return jsonBytes !== null && Number(jsonBytes) <= mostJsonBytes ? mostAnswerBytes : Math.min(mostJsonBytes, mostAnswerBytes)
  }
  const ask = async (model: RemoteModel, request: OipRequest, signal?: AbortSignal): Promise<OipResponse> => {
    const server = request.url.origin
    if (!isAllowed(request.url)) throw new PredictorError('BAD_MODEL', `This server may not call ${request.url.host} for the model ${model.model}. Add it to TWINFOLD_PREDICTOR_HOSTS.`)
    const time = AbortSignal.timeout(model.timeoutMs)
    const all = AbortSignal.any([time, closing.signal, ...(signal ? [signal] : [])])
    const timedOut = (): PredictorError => new PredictorError('RUNTIME_TIMEOUT', `${server} did not answer for the model ${model.model} within ${model.timeoutMs} ms.`, { isRetryable: true })
    const attempt = async (): Promise<OipResponse> => {
      try {
        return successful(await exchange(request, server, mostBytesOf, all), server, model)
      } catch (error) {
        throw error === time.reason ? timedOut() : error // as the guard is to know of it
      }
    }
    return await guardOf(server).run(attempt, all).catch((error: unknown) => { throw error === time.reason ? timedOut() : error })
  }
  return {
    id: 'OIP',
    version: '2',
    async inspect(ref, signal) {
      const model = remote(ref)
      const get = (path: '' | '/ready'): Promise<OipResponse> => ask(model, { method: 'GET', url: addressOf(model, path), headers: { accept: 'application/json' }, body: undefined }, signal)
      await get('/ready')
      const { body, headers } = await get('')
      return understood(model, 'BAD_MODEL', () => parseMetadata(splitBody(body, headers.get(headerLengthHeader) ?? undefined).json))
    },
    async infer(ref, inputs, signal) {
      const model = remote(ref)
      const url = addressOf(model, '/infer')
      checkInputs({ inputs: null, outputs: null }, inputs)
      const tensors = inputs.map((tensor) => ({ tensor, encoding: model.encoding }))
      const fields = { id: newId(), ...(model.encoding === 'BINARY' && { parameters: { binary_data_output: true } }) } // an id, as some servers cannot answer without one
      const { parts, headerLength } = await understood(model, 'WRONG_TYPE', () => encodeBody(fields, 'inputs', tensors, { mayBeNull: false }))
      const headers = headerLength === undefined ? { 'content-type': 'application/json' } : { 'content-type': 'application/octet-stream', [headerLengthHeader]: String(headerLength) }
      const response = await ask(model, { method: 'POST', url, headers, body: Buffer.concat(parts) }, signal)
      return understood(model, 'MODEL_FAILED', () => {
        const { json, data } = splitBody(response.body, response.headers.get(headerLengthHeader) ?? undefined)
        return decodeTensors('outputs', json['outputs'], data)
      })
    },
    [Symbol.asyncDispose]() {
      closing.abort(new PredictorError('RUNTIME_UNAVAILABLE', 'The runtime for remote models is shutting down.', { isRetryable: true }))
      return Promise.resolve()
    },
  }
}

const retryableStatuses: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504])

/** The answer, if it is one. What a status means of the model; the server's own words are told. */
function successful(response: OipResponse, server: string, { model, version }: RemoteModel): OipResponse {
  const { status, headers, body } = response
  if (status >= 200 && status < 300) return response
  const of = `the model ${model}${version === undefined ? '' : ` in version ${version}`}`
  const says = `${server} answers ${status} for ${of}${wordsOf(body)}`
  if (retryableStatuses.has(status)) throw new PredictorError('RUNTIME_UNAVAILABLE', says, { isRetryable: true })
  if (status >= 300 && status < 400) throw new PredictorError('BAD_MODEL', `${server} redirects to ${headers.get('location') ?? 'nowhere'} for ${of}. Redirects are not followed: give the address itself.`)
  throw new PredictorError([401, 403, 404, 405].includes(status) ? 'BAD_MODEL' : 'MODEL_FAILED', says)
}

const mostWords = 1_000

/** OIP's `{ "error": … }`, `detail` of servers made with FastAPI, or the beginning of a text. */
function wordsOf(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 100_000)).trim()
  if (text === '') return '.'
  try {
    const json: unknown = JSON.parse(text)
    const words = isRecord(json) ? json['error'] ?? json['detail'] ?? json : json
    return `: ${(typeof words === 'string' ? words : JSON.stringify(words)).slice(0, mostWords)}`
  } catch {
    return `: ${text.slice(0, mostWords)}`
  }
}

/** What cannot be read or written, as a client is told. */
async function understood<T>({ url, model }: RemoteModel, code: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OipFormatError)) throw error
    throw new PredictorError(code, `The model ${model} of ${url}: ${error.message}`, { cause: error })
  }
}

function remote(model: ModelRef): RemoteModel {
  if (model.kind !== 'remote') throw new TypeError(`A model of the kind ${model.kind} was given to the runtime for remote models.`)
  return model
}
