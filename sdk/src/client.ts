import type { Result } from './answer.ts'
import { type Backoff, defaultBackoff } from './backoff.ts'
import type { AnyVariables, Arguments, Document, EventOf, NodeOf } from './document.ts'
import { disposed } from './errors.ts'
import { createFeed, type Feed } from './feed.ts'
import { createLive, type Live } from './live.ts'
import { post } from './post.ts'
import { createSseTransport } from './sse-transport.ts'
import type { Status } from './subscription.ts'
import type { HeadersSource, Transport } from './transport.ts'
import { createWebSocketTransport, type WebSocketConstructor } from './web-socket-transport.ts'

export interface ClientConfig {
  /** Of the GraphQL endpoint, such as `https://town.example/graphql`; in a browser it may be relative. */
  readonly url: string
  /** Of every request; over WebSockets, the payload of `connection_init`. A function is asked before each request and connection, as for tokens that expire. */
  readonly headers?: HeadersSource
  /** What carries subscriptions: one WebSocket for all (default), or, where those are blocked, server-sent events over a request for each. */
  readonly transport?: 'websocket' | 'sse'
  /** Default: the platform's, which browsers and Node 22 have. */
  readonly webSocketImpl?: WebSocketConstructor
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch
  /** How long a query or mutation may take, in ms. Default: 60,000. */
  readonly timeoutMs?: number
  /** How long a connection of subscriptions may be dead before it is replaced, in ms. Default: 30,000, twice the heartbeat of the server. */
  readonly silenceMs?: number
  /** Waits between attempts to connect. Default: up to 250 ms, doubling up to 15 s. */
  readonly backoff?: Partial<Backoff>
}

export interface OperationOptions {
  readonly signal?: AbortSignal
}

export interface LiveOptions {
  /** Of the variable, of type Cursor, that takes the place to go on behind. Default: `after`. */
  readonly afterVariable?: string
}

export interface FeedOptions extends LiveOptions {
  /** So many events wait for the reader at most. Default: 1,000. */
  readonly bufferSize?: number
  readonly onStatus?: (status: Status) => void
}

export interface TwinfoldClient extends AsyncDisposable {
  /** Rejects with a TwinfoldError where there is no data; a field that failed is null, and among `problems`. */
  query<Data = unknown, Variables = AnyVariables>(document: Document<Data, Variables>, ...rest: Arguments<Variables, OperationOptions>): Promise<Result<Data>>
  /** As `query`. Never sent twice. What the rules refuse is data: a member of the result's union. */
  mutate<Data = unknown, Variables = AnyVariables>(document: Document<Data, Variables>, ...rest: Arguments<Variables, OperationOptions>): Promise<Result<Data>>
  /** A live query: a subscription whose field ends in `Live` and selects `kind cursor id node { … }`. The cursor to go on behind is the client's own matter. */
  live<Data = unknown, Variables = AnyVariables>(document: Document<Data, Variables>, ...rest: Arguments<Variables, LiveOptions>): Live<NodeOf<Data>>
  /** A feed, such as `changes` or `readingReceived`, of which every event selects its cursor. The variable `after` tells where to begin. */
  feed<Data = unknown, Variables = AnyVariables>(document: Document<Data, Variables>, ...rest: Arguments<Variables, FeedOptions>): Feed<EventOf<Data>>
  /** Closes every live query and feed, aborts every request, and then the connection. */
  dispose(): Promise<void>
}

export function createTwinfoldClient({ url, headers = {}, fetch = globalThis.fetch.bind(globalThis), timeoutMs = 60_000, backoff: wish = {}, ...rest }: ClientConfig): TwinfoldClient {
  const endpoint = absolute(url)
  const backoff: Backoff = { ...defaultBackoff, ...wish }
  const closers = new Set<() => void>()
  const end = new AbortController()
  let transport: Transport | undefined

  const open = <Opened extends { close(): void }>(create: (shared: { transport: Transport; backoff: Backoff; onClosed: () => void }) => Opened): Opened => {
    end.signal.throwIfAborted()
    transport ??= createTransport({ ...rest, url: endpoint, headers, fetch })
    const opened = create({ transport, backoff, onClosed: () => { closers.delete(close) } })
    const close = (): void => { opened.close() }
    closers.add(close)
    return opened
  }
  const ask = async <Data, Variables>(document: Document<Data, Variables>, ...[variables, options]: Arguments<Variables, OperationOptions>): Promise<Result<Data>> => {
    end.signal.throwIfAborted()
    return post<Data>({ url: endpoint.href, headers, fetch, timeoutMs }, toOperation(document, variables), options?.signal ? AbortSignal.any([end.signal, options.signal]) : end.signal)
  }
  const dispose = async (): Promise<void> => {
    for (const close of [...closers]) close()
    end.abort(disposed())
    await transport?.dispose()
  }
  return {
    query: ask, mutate: ask, dispose,
    live: (document, ...[variables, { afterVariable = 'after' } = {}]) => open((shared) => createLive({ ...shared, operation: toOperation(document, variables), afterVariable })),
    feed: (document, ...[variables, { afterVariable = 'after', bufferSize = 1_000, onStatus } = {}]) =>
      open((shared) => createFeed({ ...shared, operation: toOperation(document, variables), afterVariable, bufferSize, onStatus })),
    [Symbol.asyncDispose]: dispose,
  }
}

interface TransportConfig extends Pick<ClientConfig, 'transport' | 'webSocketImpl' | 'silenceMs'> {
  readonly url: URL
  readonly headers: HeadersSource
  readonly fetch: typeof globalThis.fetch
}

function createTransport({ url, headers, fetch, transport = 'websocket', webSocketImpl = globalThis.WebSocket, silenceMs = 30_000 }: TransportConfig): Transport {
  if (transport === 'sse') return createSseTransport({ url: url.href, headers, fetch, silenceMs })
  const socketUrl = new URL(url)
  socketUrl.protocol = url.protocol.replace('http', 'ws')
  return createWebSocketTransport({ url: socketUrl.href, headers, webSocketImpl, silenceMs })
}

/** Documents are strings, or objects that are strings in the end. */
const toOperation = <Data, Variables>(document: Document<Data, Variables>, variables: Variables | undefined): { query: string; variables: AnyVariables } =>
  ({ query: document.toString(), variables: { ...variables } })

function absolute(url: string): URL {
  const { location } = globalThis as { location?: { readonly href: string } } // there in browsers alone
  return new URL(url, location?.href)
}
