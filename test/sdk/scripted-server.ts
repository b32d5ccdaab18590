import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, MessageType, parseMessage } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'

/** A subscription as the server has it; the test says what it answers. */
export interface ScriptedSubscription {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  /** What the connection was opened with. */
  readonly headers: unknown
  /** The client ended it, or the connection is gone. */
  readonly ended: Promise<void>
  next(answer: unknown): void
  /** Refuses it. */
  fail(...errors: readonly unknown[]): void
  complete(): void
  /** The connection, without a word. */
  cut(): void
  /** The connection, as the protocol does it; not over SSE. */
  close(code: number, reason?: string): void
}

/** A server that speaks graphql-transport-ws and GraphQL over SSE, and answers each subscription by the test's script. */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string
  /** Connections that are open. */
  readonly connectionCount: number
  /** The next subscription, which may have to come first. Rejects after 10 s. */
  subscription(): Promise<ScriptedSubscription>
  /** Requests and messages are read, and not answered any more, not even pings. */
  isMute: boolean
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const come: ScriptedSubscription[] = []
  const awaited: ((subscription: ScriptedSubscription) => void)[] = []
  const sockets = new Set<Socket>()
  const state = { isMute: false }
  const accept = (subscription: ScriptedSubscription): void => {
    const taker = awaited.shift()
    if (taker) taker(subscription)
    else come.push(subscription)
  }
  const server = createServer((request, response) => { void answerEvents(request, response, accept) })
  server.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))))
  const webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => GRAPHQL_TRANSPORT_WS_PROTOCOL })
  server.on('upgrade', (request, socket, head) => {
    if (!state.isMute) webSockets.handleUpgrade(request, socket, head, (webSocket) => { answerSocket(webSocket, () => state.isMute, accept) })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return Object.defineProperties(state, Object.getOwnPropertyDescriptors({
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/graphql`,
    get connectionCount() {
      return sockets.size
    },
    subscription() {
      const first = come.shift()
      if (first) return Promise.resolve(first)
      return new Promise<ScriptedSubscription>((resolve, reject) => {
        const timer = setTimeout(() => { reject(new Error('No subscription came within 10 s.')) }, 10_000)
        awaited.push((subscription) => { clearTimeout(timer); resolve(subscription) })
      })
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  })) as ScriptedServer // of both parts, since `isMute` is changed in place
}

function answerSocket(socket: WebSocket, isMute: () => boolean, accept: (subscription: ScriptedSubscription) => void): void {
  const ends = new Map<string, () => void>()
  let headers: unknown
  const send = (message: unknown): void => { socket.send(JSON.stringify(message)) }
  socket.on('close', () => { for (const end of ends.values()) end() })
  socket.on('message', (data: Buffer) => {
    if (isMute()) return
    const message = parseMessage(data.toString())
    if (message.type === MessageType.ConnectionInit) {
      headers = message.payload
      send({ type: MessageType.ConnectionAck })
    } else if (message.type === MessageType.Ping) send({ type: MessageType.Pong })
    else if (message.type === MessageType.Complete) ends.get(message.id)?.()
    else if (message.type === MessageType.Subscribe) {
      const { id, payload } = message
      const ended = Promise.withResolvers<void>()
      ends.set(id, ended.resolve)
      accept({
        query: payload.query, variables: payload.variables ?? {}, headers, ended: ended.promise,
        next: (answer) => { send({ id, type: MessageType.Next, payload: answer }) },
        fail: (...errors) => { send({ id, type: MessageType.Error, payload: errors }) },
        complete: () => { send({ id, type: MessageType.Complete }) },
        cut: () => { socket.terminate() },
        close: (code, reason) => { socket.close(code, reason) },
      })
    }
  })
}

async function answerEvents(request: IncomingMessage, response: ServerResponse, accept: (subscription: ScriptedSubscription) => void): Promise<void> {
  const chunks = await request.toArray() as Buffer[]
  const { query, variables = {} } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string; variables?: Readonly<Record<string, unknown>> }
  const begin = (): void => { if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' }) }
  accept({
    query, variables, headers: request.headers, ended: once(response, 'close').then(() => undefined),
    next(answer) {
      begin()
      response.write(`event: next\ndata: ${JSON.stringify(answer)}\n\n`)
    },
    fail: (...errors) => response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ errors })),
    complete() {
      begin()
      response.end('event: complete\ndata:\n\n')
    },
    cut: () => request.socket.destroy(),
    close() {
      throw new Error('SSE has no closing codes.')
    },
  })
}
