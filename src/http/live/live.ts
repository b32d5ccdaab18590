import type { Server } from 'node:http'
import { createLiveRequests } from '../../graphql/live-request.ts'
import type { LiveSchema } from '../../graphql/live-schema.ts'
import type { Config } from '../../config.ts'
import type { OpenStream } from '../../graphql/live-operation.ts'
import { deepestNesting } from '../json-body.ts'
import type { GraphQLRouteConfig } from '../graphql-route.ts'
import type { Log } from '../../observe/log.ts'
import type { LiveFigures } from '../../observe/metrics.ts'
import type { EventStreamConfig } from './event-stream.ts'
import { createLiveConnections } from './live-connections.ts'
import { createOpenAnswer } from './open-answer.ts'
import { createLiveOperations } from './operations.ts'
import { createPayloadBytes } from './payload-bytes.ts'
import { createTurns } from './turns.ts'
import { addWebSocketRoute } from './web-socket-route.ts'

/** Streams of a server, over WebSockets and server-sent events. */
export interface Live {
  /** What the route of plain requests needs to answer by events. */
  readonly events: EventStreamConfig
  readonly counts: LiveFigures
  /** No operation may be begun any more. Every stream's last payloads, then a farewell; resolves when no stream is left. */
  drain(): Promise<void>
}

export interface LiveConfig extends Omit<GraphQLRouteConfig, 'events'>, Pick<Config, 'production' | 'origins'> {
  readonly schema: LiveSchema
  readonly openStream: OpenStream
  readonly log: Log
}

export function addLive(server: Server, { apollo, schema, openStream, principal, services, limits, origins, production, inFlight, log }: LiveConfig): Live {
  const open = createOpenAnswer(createLiveRequests({ schema, limits, deepestNesting }), openStream, apollo)
  const operations = createLiveOperations({ open, principal, services, limits, inFlight, suggest: !production, log })
  const shared = { operations, connections: createLiveConnections(), turns: createTurns(), payloadBytes: createPayloadBytes(), limits, origins }
  const route = addWebSocketRoute(server, { ...shared, inFlight })
  return {
    events: shared,
    counts: {
      get sockets() {
        return route.size
      },
      get subscriptions() {
        return operations.count
      },
      get bufferedBytes() {
        return shared.connections.bufferedBytes
      },
    },
    async drain() {
      await shared.connections.drain()
      route[Symbol.dispose]()
    },
  }
}
