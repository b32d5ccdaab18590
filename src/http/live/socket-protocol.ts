import { CloseCode, type Message, MessageType, type SubscribePayload, validateMessage } from 'graphql-ws'
import type { Limits } from '../../config.ts'
import { failure } from '../../errors.ts'
import { newId } from '../../util/id.ts'
import { parseJsonBody } from '../json-body.ts'
import type { AskedHere } from './open-answer.ts'
import type { LiveOperations } from './operations.ts'
import type { Pump } from './pump.ts'

/** What the protocol says and how it says it; the connection does the rest. */
export interface SocketEnd {
  readonly pump: Pump
  send(message: string): void
  /** A message of a payload between two parts. */
  sendAround(head: Buffer, payload: string, tail: Buffer): void
  close(code: number, reason: string): void
}

/** The server's side of graphql-transport-ws on one socket. */
export interface SocketProtocol {
  /** Of operations that hold something. */
  readonly size: number
  readonly isInitialised: boolean
  hear(text: string): void
  /** The socket is gone. */
  leave(): void
}

export interface SocketProtocolConfig {
  readonly end: SocketEnd
  readonly operations: LiveOperations
  readonly limits: Limits
  /** When the last operation is gone, and when the first comes. */
  onIdle(): void
}

/** An id is repeated in every message. */
const longestId = 200
const closingBrace = Buffer.from('}')

/**
 * https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md, with its close codes. Refusing one subscription is an `error` message
 * of that one; the socket is closed only for what the protocol closes it for.
 */
export function createSocketProtocol({ end, operations, limits, onIdle }: SocketProtocolConfig): SocketProtocol {
  const running = new Map<string, () => void>()
  let [isInitialised, held] = [false, 0]

  const initialise = (): void => {
    if (isInitialised) return end.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests')
    isInitialised = true
    end.send(`{"type":"${MessageType.ConnectionAck}"}`)
  }
  const subscribe = (id: string, payload: SubscribePayload): void => {
    if (!isInitialised) return end.close(CloseCode.Unauthorized, 'Unauthorized')
    if (id.length > longestId) return end.close(CloseCode.BadRequest, `An id has at most ${longestId} characters`)
    if (running.has(id)) return end.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`)
    const requestId = newId()
    const tell = (type: MessageType, content = ''): void => { end.send(`{"id":${JSON.stringify(id)},"type":"${type}"${content}}`) }
    const error = (errors: unknown): void => {
      running.delete(id)
      tell(MessageType.Error, `,"payload":${JSON.stringify(errors)}`)
    }
    if (held >= limits.socketSubscriptions) return error(operations.showError(tooMany(limits.socketSubscriptions), requestId))
    held++
    const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":`)
    running.set(id, () => undefined) // for an answer that comes before `begin` returns
    const leave = operations.begin(toAsked(payload), requestId, end.pump, {
      next: (content) => { end.sendAround(head, content, closingBrace) },
      error,
      complete() {
        running.delete(id)
        tell(MessageType.Complete)
      },
      freed() {
        held--
        if (held === 0) onIdle()
      },
    })
    if (running.has(id)) running.set(id, leave)
  }
  const unsubscribe = (id: string): void => {
    const leave = running.get(id)
    running.delete(id)
    leave?.()
  }

  return {
    get size() {
      return held
    },
    get isInitialised() {
      return isInitialised
    },
    hear(text) {
      let message: Message
      try {
        message = validateMessage(parseJsonBody(text))
      } catch (error) {
        return end.close(CloseCode.BadRequest, error instanceof Error ? error.message : 'Invalid message')
      }
      switch (message.type) {
        case MessageType.ConnectionInit: return initialise()
        case MessageType.Ping: return end.send(`{"type":"${MessageType.Pong}"}`)
        case MessageType.Pong: return
        case MessageType.Subscribe: return subscribe(message.id, message.payload)
        case MessageType.Complete: return unsubscribe(message.id)
        default: return end.close(CloseCode.BadRequest, `A client does not send messages of the type ${message.type}`)
      }
    },
    leave() {
      for (const leave of running.values()) leave()
      running.clear()
    },
  }
}

const tooMany = (limit: number): Error => failure('TOO_MANY_SUBSCRIPTIONS', { message: `This connection has ${limit} operations under way, and no more are taken. Complete some, or open another connection.`, details: { limit } })

const toAsked = ({ query, operationName, variables }: SubscribePayload): AskedHere => ({ query, ...(operationName != null && { operationName }), ...(variables != null && { variables }) })
