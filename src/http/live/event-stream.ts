import type { FastifyReply, FastifyRequest } from 'fastify'
import { failure } from '../../errors.ts'
import type { Limits } from '../../config.ts'
import type { LiveConnection, LiveConnections } from './live-connections.ts'
import type { AskedHere } from './open-answer.ts'
import type { LiveOperations } from './operations.ts'
import { isKnownOrigin } from './origin.ts'
import { createProgress } from './progress.ts'
import { createPump } from './pump.ts'
import type { Turns } from './turns.ts'

export interface EventStreamConfig {
  readonly operations: LiveOperations
  readonly connections: LiveConnections
  readonly turns: Turns
  readonly payloadBytes: (payload: string) => Buffer
  readonly limits: Limits
  readonly origins: readonly string[]
}

const completed = 'event: complete\ndata:\n\n'
const nextHead = Buffer.from('event: next\ndata: ')
const nextTail = Buffer.from('\n\n')

/**
 * Answers by server-sent events, one operation a response: the distinct connections mode of
 * https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. As it has it, an operation that is refused is a stream too, of the errors and the end:
 * with another status, a browser's EventSource would never show them.
 */
export function answerByEvents(asked: AskedHere, request: FastifyRequest, reply: FastifyReply, { operations, connections, turns, payloadBytes, limits, origins }: EventStreamConfig): FastifyReply {
  if (!isKnownOrigin(request.headers.origin, request.host, origins)) throw failure('UNKNOWN_ORIGIN')
  const response = reply.hijack().raw
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) response.setHeader(name, value)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
  response.flushHeaders()
  response.socket?.setKeepAlive(true, limits.probeEveryMs)

  const pump = createPump(turns, {
    get hasRoom() {
      return !response.destroyed && !response.writableEnded && response.writableLength < limits.connectionBufferBytes
    },
    together(work) {
      const { socket } = response // a response that is ended while it is corked itself loses what it held back
      socket?.cork()
      work()
      socket?.uncork()
    },
  })
  const finish = (errors?: unknown): void => {
    if (!response.writable) return
    if (errors !== undefined) response.write(`event: next\ndata: ${JSON.stringify({ errors })}\n\n`)
    response.end(completed)
  }
  const connection: LiveConnection = {
    pump,
    get bufferedBytes() {
      return response.writableLength
    },
    farewell: () => { finish(operations.showError(failure('SHUTTING_DOWN'), request.id)) },
    cut: () => { response.destroy() },
  }
  connections.add(connection)
  const progress = response.socket && createProgress(response.socket)
  const heartbeat = setInterval(() => {
    if (progress && progress.stalledMs() > 2 * limits.probeEveryMs) response.destroy()
    else if (response.writableLength === 0 && response.writable) response.write(':\n\n')
  }, limits.heartbeatMs)
  const leave = operations.begin(asked, request.id, pump, {
    next(payload) {
      for (const part of [nextHead, payloadBytes(payload), nextTail]) response.write(part)
    },
    error: finish,
    complete: () => { finish() },
    freed: () => undefined,
  })
  response.on('drain', pump.resume)
  response.once('close', () => {
    clearInterval(heartbeat)
    leave()
    pump.close()
    connections.remove(connection)
  })
  return reply
}
