import type { IncomingMessage, Server } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, CloseCode } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Limits } from '../../config.ts'
import { type Failure, failure, failureCodes } from '../../errors.ts'
import { failureExtensions } from '../../graphql/failures.ts'
import type { InFlight } from '../in-flight.ts'
import type { LiveConnections } from './live-connections.ts'
import type { LiveOperations } from './operations.ts'
import { isKnownOrigin, isLoopbackName } from './origin.ts'
import { createSocket, type LiveSocket } from './socket.ts'
import type { Turns } from './turns.ts'

export interface WebSocketRouteConfig {
  readonly operations: LiveOperations
  readonly connections: LiveConnections
  readonly turns: Turns
  readonly payloadBytes: (payload: string) => Buffer
  readonly limits: Limits
  readonly origins: readonly string[]
  readonly inFlight: InFlight
}

/** WebSockets of a server. Disposing ends what it does on its own; the connections are ended by who drains them. */
export interface WebSocketRoute extends Disposable {
  readonly size: number
}

/** `/graphql` as a WebSocket. Requests to upgrade to anything else are answered as if they had not asked (RFC 9110, section 7.8). */
export function addWebSocketRoute(server: Server, config: WebSocketRouteConfig): WebSocketRoute {
  const { limits, connections } = config
  const sockets = new Set<LiveSocket>()
  const accept = new WebSocketServer({
    noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: limits.bodyBytes,
    allowSynchronousEvents: false, // one message a turn of the event loop, however many came at once: others have theirs in between
    handleProtocols: (offered) => (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
  })

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    const refused = refusal(request, config)
    if (refused || !(stream instanceof Socket)) return refuse(stream, refused ?? failure('NO_SUCH_ADDRESS'))
    accept.handleUpgrade(request, stream, head, (socket) => {
      socket.on('error', () => undefined) // ws closes it, with the code that tells why; `close` follows
      if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) return turnAway(socket, CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable')
      if (sockets.size >= limits.sockets) return turnAway(socket, 1013, 'The server has as many connections as it takes')
      const live = createSocket({ socket, stream, ...config })
      sockets.add(live)
      connections.add(live)
      socket.once('close', () => {
        sockets.delete(live)
        connections.remove(live)
      })
    })
  }
  const probing = setInterval(() => { for (const socket of sockets) socket.probe() }, limits.probeEveryMs).unref()
  Object.assign(server, { shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket' }) // since Node 24.9; not in its types yet
  server.on('upgrade', upgrade)
  return {
    get size() {
      return sockets.size
    },
    [Symbol.dispose]() {
      clearInterval(probing)
      server.off('upgrade', upgrade)
    },
  }
}

/** The checks of an HTTP request, which an upgrade does not go through. */
function refusal({ url = '', headers }: IncomingMessage, { origins, inFlight }: WebSocketRouteConfig): Failure | undefined {
  const host = headers.host ?? ''
  if (!isLoopbackName(host.replace(/:\d+$/, ''))) return failure('UNKNOWN_HOST')
  if (!isKnownOrigin(headers.origin, host, origins)) return failure('UNKNOWN_ORIGIN')
  if (inFlight.isDraining) return failure('SHUTTING_DOWN')
  return url.split('?')[0] === '/graphql' ? undefined : failure('NO_SUCH_ADDRESS')
}

/** For the client's half of closing. */
const farewellMs = 1_000

function turnAway(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason)
  const timer = setTimeout(() => { socket.terminate() }, farewellMs)
  socket.once('close', () => { clearTimeout(timer) })
}

function refuse(stream: Duplex, error: Failure): void {
  const body = JSON.stringify({ errors: [{ message: error.message, extensions: failureExtensions(error) }] })
  stream.on('error', () => undefined) // it may be gone already
  stream.once('finish', () => { stream.destroy() })
  stream.end(`HTTP/1.1 ${failureCodes[error.code].status} Refused\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
