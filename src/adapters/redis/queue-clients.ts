import { Redis, type RedisOptions } from 'ioredis'

export interface QueueLog {
  warn(details: object, message: string): void
  info(message: string): void
}

/** Connections of one queue. */
export interface QueueClients extends Disposable {
  /** Answers at once or fails: for those who wait for it. */
  readonly asking: Redis
  /** Waits until Redis is back, however long: for the work in the background, which copies it. */
  readonly working: Redis
  /** Resolves when Redis can be asked; rejects when the signal is aborted. */
  ready(signal: AbortSignal): Promise<void>
  /** Something went wrong that is not Redis' being away. The same is said once. */
  trouble(error: unknown): void
}

/** From one attempt to connect to the next. */
const [soonestRetryMs, latestRetryMs] = [50, 2_000]
/** Different troubles that are remembered as said. */
const mostSaid = 1_000

/** `onMessage`: of the channel; `silentMs`: what is not answered within it has failed. */
export function openQueueClients(url: string, { channel, onMessage, silentMs, log }: { readonly channel: string; readonly onMessage: (text: string) => void; readonly silentMs: number; readonly log: QueueLog }): QueueClients {
  const opened = new Set<Redis>()
  const said = new Set<string>()
  let isAway = false
  let isClosed = false

  const onAway = (error: unknown): void => {
    if (isAway || isClosed) return
    isAway = true
    log.warn({ err: error }, 'Redis is away: runs wait until it is back, those under way go on')
  }
  const watched = (client: Redis): Redis => {
    opened.add(client)
    client.on('error', onAway)
    const duplicate = client.duplicate.bind(client)
    client.duplicate = (override) => watched(duplicate(override)) // copies that a worker makes are closed with the others
    return client
  }
  const open = (options: Omit<RedisOptions, 'replyMapping'>): Redis => watched(new Redis(url, {
    disableClientInfo: true, retryStrategy: (times) => Math.min(soonestRetryMs * 2 ** Math.min(times, 10), latestRetryMs), ...options,
  }))

  const asking = open({ enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0, commandTimeout: silentMs })
  const listening = open({ enableOfflineQueue: false, autoResubscribe: false, autoResendUnfulfilledCommands: false, keepAlive: 10_000 })
  listening.on('close', () => { onAway(new Error('the connection was closed')) })
  listening.on('ready', () => {
    listening.subscribe(channel).then(() => {
      if (isAway) log.info('Redis is back')
      isAway = false
      said.clear()
    }, onAway)
  })
  listening.on('message', (_channel, text: string) => { onMessage(text) })
  let working: Redis | undefined

  return {
    asking,
    get working() {
      working ??= open({ maxRetriesPerRequest: null, keepAlive: 10_000 })
      return working
    },
    ready: (signal) => untilReady(asking, signal),
    trouble(error) {
      const text = error instanceof Error ? error.message : String(error)
      if (isAway || isClosed || said.has(text) || said.size >= mostSaid) return
      said.add(text)
      log.warn({ err: error }, 'The queue of runs had trouble; runs are as the graph store says')
    },
    [Symbol.dispose]() {
      isClosed = true
      for (const client of opened) client.disconnect()
    },
  }
}

async function untilReady(client: Redis, signal: AbortSignal): Promise<void> {
  if (client.status === 'ready') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = (): void => { reject(signal.reason as Error) }
  client.once('ready', resolve)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  await promise.finally(() => {
    client.off('ready', resolve)
    signal.removeEventListener('abort', onAbort)
  })
}
