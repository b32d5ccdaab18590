import { once } from 'node:events'
import { WebSocket } from 'ws'
import { until } from '../api.ts'

export interface Said {
  readonly id?: string
  readonly type: string
  // Payloads are looked at with matchers, which take anything.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly payload?: any
}

/** A WebSocket below any client: says what it is told to, right or wrong. */
export interface RawSocket extends Disposable {
  readonly socket: WebSocket
  readonly heard: readonly Said[]
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  say(message: unknown): void
  /** Waits until what was heard is enough. */
  hears(isEnough: (heard: readonly Said[]) => boolean, withinMs?: number): Promise<readonly Said[]>
  /** The messages of one operation. */
  of(id: string): readonly Said[]
}

export async function openRawSocket(url: string, { protocols = ['graphql-transport-ws'], headers = {}, initialise = true }: { protocols?: readonly string[]; headers?: Record<string, string>; initialise?: boolean } = {}): Promise<RawSocket> {
  const socket = new WebSocket(url, [...protocols], { headers, perMessageDeflate: true })
  const heard: Said[] = []
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as Said))
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }))
  closed.catch(() => undefined) // whoever waits for it hears of it
  await once(socket, 'open', { signal: AbortSignal.timeout(5_000) })
  const raw: RawSocket = {
    socket, heard, closed,
    say: (message) => { socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)) },
    async hears(isEnough, withinMs) {
      await until(() => isEnough(heard), 'enough is heard', withinMs)
      return heard
    },
    of: (id) => heard.filter((each) => each.id === id),
    [Symbol.dispose]: () => { socket.terminate() },
  }
  if (initialise) {
    raw.say({ type: 'connection_init' })
    await raw.hears((messages) => messages.some(({ type }) => type === 'connection_ack'))
  }
  return raw
}

export const subscribe = (id: string, query: string, variables?: Readonly<Record<string, unknown>>): unknown => ({ id, type: 'subscribe', payload: { query, variables } })
