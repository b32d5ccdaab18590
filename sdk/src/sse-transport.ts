import { parseAnswer } from './answer.ts'
import { fromAnswerErrors, networkError, TwinfoldError } from './errors.ts'
import { createEventStreamParser, type StreamEvent } from './event-stream.ts'
import { type HeadersSource, type Operation, resolveHeaders, type Sink, type Transport } from './transport.ts'

export interface SseTransportConfig {
  readonly url: string
  readonly headers: HeadersSource
  readonly fetch: typeof globalThis.fetch
  /** A stream that says nothing for so long is dead. The server has to say something, such as a comment, more often. */
  readonly silenceMs: number
}

/** Each subscription over a request of its own: GraphQL over SSE, distinct connections. https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md */
export function createSseTransport(config: SseTransportConfig): Transport {
  const streams = new Set<AbortController>()
  return {
    open(operation, sink) {
      const abort = new AbortController()
      streams.add(abort)
      const end = (error: TwinfoldError): void => {
        if (!streams.delete(abort)) return
        abort.abort()
        sink.end(error)
      }
      read(config, operation, abort, { next: (answer) => { if (streams.has(abort)) sink.next(answer) }, end }).catch((cause: unknown) => { end(cause instanceof TwinfoldError ? cause : networkError(cause)) })
      return () => {
        streams.delete(abort)
        abort.abort()
      }
    },
    async dispose() {
      for (const abort of streams) abort.abort()
      streams.clear()
    },
  }
}

/** Resolves never by itself: what is read to its end ends the sink. */
async function read({ url, headers, fetch, silenceMs }: SseTransportConfig, { query, variables }: Operation, abort: AbortController, sink: Sink): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const watch = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => { abort.abort(networkError(undefined, `The server said nothing for ${silenceMs} ms.`)) }, silenceMs)
  }
  watch()
  try {
    const response = await fetch(url, {
      method: 'POST', signal: abort.signal, body: JSON.stringify({ query, variables }),
      headers: { ...await resolveHeaders(headers), 'content-type': 'application/json', accept: 'text/event-stream' },
    })
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) throw await refusal(response)
    const parser = createEventStreamParser()
    const decoder = new TextDecoder()
    const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader() // not every browser iterates over streams
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      watch()
      for (const event of parser.push(decoder.decode(chunk.value, { stream: true }))) take(event, sink)
    }
    throw networkError(undefined, 'The stream was cut off.')
  } finally {
    clearTimeout(timer)
  }
}

function take({ event, data }: StreamEvent, sink: Sink): void {
  if (event === 'complete') return sink.end(networkError(undefined, 'The server ended the subscription.'))
  if (event !== 'next') return
  const answer = parseAnswer(data)
  if (answer) sink.next(answer)
  else sink.end(new TwinfoldError('BAD_RESPONSE', 'An event of the stream is no GraphQL response.', { isRetryable: false }))
}

/** Gateways between here and the server answer for it while it restarts; their answers are not GraphQL. */
export async function refusal(response: Response): Promise<TwinfoldError> {
  const answer = parseAnswer(await response.text())
  if (answer?.errors) return fromAnswerErrors(answer.errors)
  return new TwinfoldError('BAD_RESPONSE', `The answer, with status ${response.status}, is not of a GraphQL server.`, { isRetryable: [429, 502, 503, 504].includes(response.status) })
}
