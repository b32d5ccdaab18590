import type { Duplex } from 'node:stream'
import { type RawData, WebSocket } from 'ws'
import { CloseCode } from 'graphql-ws'
import type { Limits } from '../../config.ts'
import { createPump } from './pump.ts'
import type { LiveConnection } from './live-connections.ts'
import type { LiveOperations } from './operations.ts'
import { createSocketProtocol } from './socket-protocol.ts'
import { textFrame } from './text-frame.ts'
import type { Turns } from './turns.ts'

export interface SocketConfig {
  readonly socket: WebSocket
  /** What lies below it: whole frames are written to it directly, so that a payload's bytes are made once for all its subscribers. */
  readonly stream: Duplex
  readonly operations: LiveOperations
  readonly turns: Turns
  readonly payloadBytes: (payload: string) => Buffer
  readonly limits: Limits
}

/** A socket among the connections of the server. */
export interface LiveSocket extends LiveConnection {
  /** To be called at a steady pace: closes a peer that gave no sign since the last time, asks the others for one. */
  probe(): void
}

/** One WebSocket: protocol, back-pressure, liveness. `gone` of the connections is theirs to hear of by the socket's close event. */
export function createSocket({ socket, stream, operations, turns, payloadBytes, limits }: SocketConfig): LiveSocket {
  const pump = createPump(turns, {
    get hasRoom() {
      return socket.readyState === WebSocket.OPEN && stream.writableLength < limits.connectionBufferBytes
    },
    together(work) {
      stream.cork()
      work()
      stream.uncork()
    },
  })
  const write = (bytes: Buffer): void => void stream.write(bytes)
  const close = (code: number, reason: string): void => { socket.close(code, shortReason(reason)) }
  const idle = createIdleTimer(limits.idleTimeoutMs, () => { if (protocol.size === 0) close(1000, 'No operation for long') })
  const protocol = createSocketProtocol({
    operations, limits, onIdle: idle.restart,
    end: {
      pump, close,
      send: (message) => { if (socket.readyState === WebSocket.OPEN) socket.send(message) },
      sendAround(head, payload, tail) {
        if (socket.readyState === WebSocket.OPEN) textFrame(head, payloadBytes(payload), tail).forEach(write)
      },
    },
  })
  const initialisation = setTimeout(() => { if (!protocol.isInitialised) close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout') }, limits.initialisationTimeoutMs)
  let [hasSigned, unsent, flushed] = [true, 0, 0]

  socket.on('message', (data: RawData, isBinary) => {
    hasSigned = true
    if (isBinary) return close(CloseCode.BadRequest, 'Only text messages are taken')
    if (socket.readyState !== WebSocket.OPEN) return
    protocol.hear(data.toString())
    if (stream.writableLength > 2 * limits.connectionBufferBytes) socket.pause() // who does not read the answers is not to ask for more
  })
  socket.on('pong', () => { hasSigned = true })
  socket.on('error', () => undefined) // ws closes it, with the code that tells why; `close` follows
  socket.on('close', () => {
    clearTimeout(initialisation)
    idle.stop()
    protocol.leave()
    pump.close()
  })
  stream.on('drain', () => {
    socket.resume()
    pump.resume()
  })

  return {
    pump,
    get bufferedBytes() {
      return stream.writableLength
    },
    farewell: () => { close(1001, 'The server is stopping') },
    cut: () => { socket.terminate() },
    probe() {
      const wrote = 'bytesWritten' in stream && typeof stream.bytesWritten === 'number' ? stream.bytesWritten - stream.writableLength : 0
      if (!hasSigned && !(unsent > 0 && wrote > flushed)) return socket.terminate() // one that still empties a full buffer cannot have come to the ping yet
      ;[hasSigned, unsent, flushed] = [false, stream.writableLength, wrote]
      socket.ping()
    },
  }
}

/** Of a close frame, whose reason takes 123 bytes. */
function shortReason(reason: string): string {
  let short = reason.slice(0, 123)
  while (Buffer.byteLength(short) > 123) short = short.slice(0, -1)
  return short.isWellFormed() ? short : short.slice(0, -1)
}

function createIdleTimer(afterMs: number, expire: () => void): { restart(): void; stop(): void } {
  let timer = setTimeout(expire, afterMs)
  return {
    restart() {
      clearTimeout(timer)
      timer = setTimeout(expire, afterMs)
    },
    stop: () => { clearTimeout(timer) },
  }
}
