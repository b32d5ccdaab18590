import type { Socket } from 'node:net'
import { type RawData, WebSocket } from 'ws'
import { CloseCode } from 'graphql-ws'
import type { Limits } from '../../config.ts'
import type { LiveConnection } from './live-connections.ts'
import type { LiveOperations } from './operations.ts'
import { createProgress } from './progress.ts'
import { createPump } from './pump.ts'
import { createSocketProtocol } from './socket-protocol.ts'
import { textFrame } from './text-frame.ts'
import type { Turns } from './turns.ts'

export interface SocketConfig {
  readonly socket: WebSocket
  /** What lies below it: whole frames are written to it directly, so that a payload's bytes are made once for all its subscribers. */
  readonly stream: Socket
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

/** One WebSocket: protocol, back-pressure, liveness. It frees everything by itself when the socket is closed, from whichever side. */
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
  const free = (): void => {
    clearTimeout(initialisation)
    idle.stop()
    protocol.leave()
    pump.close()
  }
  const close = (code: number, reason: string): void => {
    socket.close(code, shortReason(reason))
    free() // the client's half of closing may take long
  }
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
  const progress = createProgress(stream)
  let hasSigned = true

  socket.on('message', (data: RawData, isBinary) => {
    hasSigned = true
    if (isBinary) return close(CloseCode.BadRequest, 'Only text messages are taken')
    if (socket.readyState !== WebSocket.OPEN) return
    protocol.hear(data.toString())
    if (stream.writableLength > 2 * limits.connectionBufferBytes) socket.pause() // who does not read the answers is not to ask for more
  })
  socket.on('pong', () => { hasSigned = true })
  socket.on('close', free)
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
      const isBusy = stream.writableLength > 0 && progress.stalledMs() < limits.probeEveryMs // it has not come to the ping yet
      if (!hasSigned && !isBusy) return socket.terminate()
      hasSigned = false
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
  let timer: NodeJS.Timeout | undefined = setTimeout(expire, afterMs)
  return {
    restart() {
      if (timer) timer.refresh()
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
