import { parseAnswer, type Result, toResult } from './answer.ts'
import { networkError, TwinfoldError } from './errors.ts'
import { type HeadersSource, type Operation, resolveHeaders } from './transport.ts'

export interface PostConfig {
  readonly url: string
  readonly headers: HeadersSource
  readonly fetch: typeof globalThis.fetch
  /** Until the answer is complete. */
  readonly timeoutMs: number
}

/**
 * A query or mutation. Nothing is sent twice: whether to repeat is for the caller to say, to whom `isRetryable` tells that it can help. A mutation without an
 * answer may have happened.
 */
export async function post<Data>({ url, headers, fetch, timeoutMs }: PostConfig, { query, variables }: Operation, signal: AbortSignal): Promise<Result<Data>> {
  const { status, text } = await send(fetch, url, {
    method: 'POST', body: JSON.stringify({ query, variables }), signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    headers: { ...await resolveHeaders(headers), 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json;q=0.9' },
  }).catch((cause: unknown) => {
    if (signal.aborted) throw signal.reason
    throw networkError(cause)
  })
  const answer = parseAnswer(text)
  if (!answer) throw new TwinfoldError('BAD_RESPONSE', `The answer, with status ${status}, is not of a GraphQL server.`, { isRetryable: [429, 502, 503, 504].includes(status) })
  return toResult(answer)
}

async function send(fetch: PostConfig['fetch'], url: string, init: RequestInit): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url, init)
  return { status: response.status, text: await response.text() }
}
