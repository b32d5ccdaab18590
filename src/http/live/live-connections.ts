import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '../../util/clock.ts'
import type { Pump } from './pump.ts'

/** A connection that streams go over. */
export interface LiveConnection {
  readonly pump: Pump
  /** Handed over, but not taken by the system yet. */
  readonly bufferedBytes: number
  /** Tells the client that the server is stopping, behind all it was sent. */
  farewell(): void
  /** Ends it at once. */
  cut(): void
}

/** The connections of a server. */
export interface LiveConnections {
  readonly size: number
  readonly bufferedBytes: number
  add(connection: LiveConnection): void
  /** It is gone. */
  remove(connection: LiveConnection): void
  /** Every stream's last payloads, then the farewell; whoever has not taken them within the grace is cut off. Resolves when no connection is left. */
  drain(): Promise<void>
}

/** For the last payloads, and again for the farewell. */
const graceMs = 1_000
const lookEveryMs = 5

export function createLiveConnections(): LiveConnections {
  const connections = new Set<LiveConnection>()
  const hold = async (condition: () => boolean): Promise<void> => {
    const end = monotonicMs() + graceMs
    while (!condition() && monotonicMs() < end) await delay(lookEveryMs)
  }
  const isSent = ({ pump, bufferedBytes }: LiveConnection): boolean => pump.isQuiet && bufferedBytes === 0

  return {
    get size() {
      return connections.size
    },
    get bufferedBytes() {
      return [...connections].reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0)
    },
    add: (connection) => { connections.add(connection) },
    remove: (connection) => { connections.delete(connection) },
    async drain() {
      for (const { pump } of connections) pump.wakeAll()
      await hold(() => [...connections].every(isSent))
      for (const connection of connections) connection.farewell()
      await hold(() => connections.size === 0)
      for (const connection of connections) connection.cut()
      await hold(() => connections.size === 0)
    },
  }
}
