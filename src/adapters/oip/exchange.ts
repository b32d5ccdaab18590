import { PredictorError } from '../../prediction/runtime.ts'

export interface OipRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
}

export interface OipResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

/**
 * One request and its whole answer, whatever its status. Redirects are answers: they are not followed. Rejects with the signal's reason, or with a `PredictorError`:
 * RUNTIME_UNAVAILABLE (retryable) where the server cannot be reached or hangs up, MODEL_FAILED where it sends more than `mostBytes` of such headers.
 */
export async function exchange({ method, url, headers, body }: OipRequest, server: string, mostBytes: (headers: Headers) => number, signal: AbortSignal): Promise<OipResponse> {
  try {
    const response = await fetch(url, { method, headers, redirect: 'manual', signal, ...(body && { body: body as Uint8Array<ArrayBuffer> }) }) // never shared memory
    return { status: response.status, headers: response.headers, body: await readBody(response, server, mostBytes(response.headers)) }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof PredictorError) throw error
    throw new PredictorError('RUNTIME_UNAVAILABLE', `${server} cannot be reached: ${reasonOf(error)}.`, { isRetryable: true, cause: error })
  }
}

async function readBody({ body }: Response, server: string, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) { // a body is bytes
    bytes += chunk.length
    if (bytes > mostBytes) throw new PredictorError('MODEL_FAILED', `${server} answers with more than ${mostBytes} bytes. Give fewer rows at a time, or let it answer in binary.`) // leaving the loop hangs up
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Of fetch, what is wrong is in the cause: a code such as ECONNREFUSED, or a text. */
function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause ? `${String(cause.code)}${cause.message === '' ? '' : ` (${cause.message})`}` : cause.message
}
