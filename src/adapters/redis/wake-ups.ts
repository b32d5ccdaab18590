import { Redis } from 'ioredis'
import type { WakeUp, WakeUps } from '../../change/wake-up.ts'
import { newId } from '../../util/id.ts'

export interface RedisWakeUpsConfig {
  /** `redis://user:password@host:port`, or `rediss://…` for TLS. */
  readonly url: string
  readonly tenant: string
  readonly log: { warn(details: object, message: string): void; info(message: string): void }
}

/** From one attempt to connect to the next. */
const [soonestRetryMs, latestRetryMs] = [50, 2_000]
/** What Redis does not answer within it counts as not said. */
const silentMs = 2_000

/**
 * Wakes over Redis' publish and subscribe, a channel for each kind of news of a tenant. While Redis is away nothing is announced, nothing is queued and nobody
 * waits; when it is back everybody is woken once, for what was missed.
 */
export function createRedisWakeUps({ url, tenant, log }: RedisWakeUpsConfig): WakeUps & AsyncDisposable {
  const self = newId()
  const options = {
    enableReadyCheck: false, enableOfflineQueue: false, maxRetriesPerRequest: 0, disableClientInfo: true, autoResubscribe: false, autoResendUnfulfilledCommands: false,
    retryStrategy: (times: number) => Math.min(soonestRetryMs * 2 ** Math.min(times, 10), latestRetryMs),
  }
  const publisher = new Redis(url, { ...options, commandTimeout: silentMs })
  const subscriber = new Redis(url, { ...options, keepAlive: 10_000 })
  const channels = new Map<string, Channel>()
  let isAway = false
  let isClosed = false

  const onAway = (error: unknown): void => {
    if (isAway || isClosed) return
    isAway = true
    log.warn({ err: error }, 'Redis is away: other processes notice changes when they look next')
  }
  const createChannel = (kind: string): WakeUp => {
    const name = `twinfold:${tenant}:${kind}`
    const channel = createChannelOf(() => publisher.publish(name, self))
    channels.set(name, channel)
    return channel
  }
  const wakeUps = { changes: createChannel('changes'), readings: createChannel('readings') }

  publisher.on('error', onAway)
  subscriber.on('error', onAway)
  subscriber.on('close', () => { onAway(new Error('the connection was closed')) })
  subscriber.on('ready', () => {
    subscriber.subscribe(...channels.keys()).then(() => {
      if (isAway) log.info('Redis is back')
      isAway = false
      for (const { wake } of channels.values()) wake()
    }, onAway)
  })
  subscriber.on('message', (name: string, sender: string) => { if (sender !== self) channels.get(name)?.wake() })

  return {
    ...wakeUps,
    [Symbol.asyncDispose]() {
      isClosed = true
      publisher.disconnect()
      subscriber.disconnect()
      return Promise.resolve()
    },
  }
}

interface Channel extends WakeUp {
  wake(): void
}

/** One announcement is under way at most; those that come meanwhile are made by the next. */
function createChannelOf(publish: () => Promise<unknown>): Channel {
  const listeners = new Set<() => void>()
  let isPublishing = false
  let isAgain = false

  const announce = (): void => {
    isAgain = isPublishing
    if (isPublishing) return
    isPublishing = true
    const done = (): void => {
      isPublishing = false
      if (isAgain) announce()
    }
    // where it fails Redis is away, which the connection says; the others look for themselves
    publish().then(done, () => {
      isAgain = false
      isPublishing = false
    })
  }
  return {
    announce,
    listen(onWake) {
      const listener = (): void => { onWake() } // the same function may listen twice
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    wake() {
      for (const listener of [...listeners]) listener()
    },
  }
}
