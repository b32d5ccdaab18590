import { type Client, createClient } from 'graphql-ws'
import { isRecord } from './answer.ts'
import { fromAnswerErrors, networkError, TwinfoldError } from './errors.ts'
import { type HeadersSource, type Operation, resolveHeaders, type Sink, type Transport } from './transport.ts'

/** What browsers, Node and the package `ws` have. */
export interface WebSocketConstructor {
  new (url: string | URL, protocols?: string | string[]): { addEventListener(type: 'error', listener: () => void): void }
}

export interface WebSocketTransportConfig {
  /** ws: or wss: */
  readonly url: string
  /** Sent as the payload of `connection_init`, since browsers give WebSockets no headers. */
  readonly headers: HeadersSource
  readonly webSocketImpl: WebSocketConstructor
  /** A connection that says nothing for so long, though it was asked to, is dead. */
  readonly silenceMs: number
}

/** So that a subscription that is paused, or replaced by the next, does not take the connection down. */
const lingerMs = 1_000

/**
 * All subscriptions of the client over one socket, by graphql-transport-ws. The socket opens with the first of them. It is not reopened here: each subscription
 * that a broken socket ended asks for its own next attempt, with variables that say where to go on.
 */
export function createWebSocketTransport({ url, headers, webSocketImpl, silenceMs }: WebSocketTransportConfig): Transport {
  const endings = new Set<(error: TwinfoldError) => void>()
  const connected = new Set<() => void>()
  let watch: ReturnType<typeof setTimeout> | undefined
  const endAll = (error: TwinfoldError): void => { for (const end of [...endings]) end(error) }
  const unwatch = (): void => { clearTimeout(watch) }
  const expect = (what: string): void => {
    unwatch()
    watch = setTimeout(() => {
      endAll(networkError(undefined, `The server did not ${what} within ${silenceMs / 2} ms.`))
      client.terminate()
    }, silenceMs / 2)
  }
  const client: Client = createClient({
    url, webSocketImpl: forgiving(webSocketImpl), connectionParams: async () => ({ ...await resolveHeaders(headers) }),
    retryAttempts: 0, lazyCloseTimeout: lingerMs, keepAlive: silenceMs / 2,
    on: {
      connecting: () => { expect('take the connection') },
      connected: () => {
        unwatch()
        for (const listener of [...connected]) listener()
      },
      ping: (isReceived) => { if (!isReceived) expect('answer a ping') },
      message: unwatch,
      // Before graphql-ws looks at it: after a regular closing it would ask again for all that was subscribed to, with variables that are old.
      closed: (event) => { unwatch(); endAll(fromClosing(event)) },
    },
  })
  return {
    open: (operation, sink) => subscribe(client, operation, sink, endings),
    onConnected(listener) {
      connected.add(listener)
      return () => { connected.delete(listener) }
    },
    async dispose() {
      unwatch()
      await Promise.resolve(client.dispose()).catch(() => undefined) // a connection that could not be made is as closed as can be
    },
  }
}

function subscribe(client: Client, { query, variables }: Operation, sink: Sink, endings: Set<(error: TwinfoldError) => void>): () => void {
  let isOver = false
  const stop = (): void => {
    isOver = true
    endings.delete(end)
    unsubscribe()
  }
  const end = (error: TwinfoldError): void => {
    if (isOver) return
    stop()
    sink.end(error)
  }
  endings.add(end)
  const unsubscribe = client.subscribe<Record<string, unknown>>({ query, variables: { ...variables } }, {
    next: (answer) => { if (!isOver) sink.next(answer) },
    error: (cause) => { end(fromSinkError(cause)) },
    complete: () => { end(networkError(undefined, 'The server ended the subscription.')) },
  })
  return stop
}

function fromSinkError(cause: unknown): TwinfoldError {
  if (Array.isArray(cause)) return fromAnswerErrors(cause as Parameters<typeof fromAnswerErrors>[0]) // checked by graphql-ws, which parsed the message
  return isRecord(cause) && typeof cause['code'] === 'number' ? fromClosing(cause) : networkError(cause)
}

/**
 * Closings after which the same would happen again: 1008 policy, 1009 message too big, and those of graphql-transport-ws: 4004 bad response, 4400 bad request, 4401
 * unauthorized, 4403 forbidden, 4406 no common subprotocol. https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
const fatal = new Set([1008, 1009, 4004, 4400, 4401, 4403, 4406])

/** CloseEvents differ between browsers, Node and `ws`; all have a code and a reason, though not all as fields of their own. */
function fromClosing(event: unknown): TwinfoldError {
  const { code, reason } = event as { readonly code?: number; readonly reason?: string }
  const message = `The connection was closed with ${code ?? 'no code'}${reason ? `: ${reason}` : ''}.`
  return code !== undefined && fatal.has(code) ? new TwinfoldError('CONNECTION_REFUSED', message, { isRetryable: false, cause: event }) : networkError(event, message)
}

/** `ws` emits an error for a socket that is closed before it opened, when graphql-ws does not listen any more; an emitter without listeners throws it. */
function forgiving(Constructor: WebSocketConstructor): WebSocketConstructor {
  return class extends Constructor {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      this.addEventListener('error', () => undefined)
    }
  }
}
