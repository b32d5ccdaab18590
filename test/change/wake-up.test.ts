import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createRedisWakeUps } from '../../src/adapters/redis/wake-ups.ts'
import { redisPath, type RedisServer, startRedis } from '../support/redis.ts'

interface Process extends AsyncDisposable {
  readonly wakeUps: ReturnType<typeof createRedisWakeUps>
  readonly woken: { changes: number; readings: number }
  readonly said: string[]
}

describe.skipIf(redisPath === undefined)('Processes that wake each other over Redis', () => {
  let redis: RedisServer
  let tenants = 0
  beforeAll(async () => { redis = await startRedis() })
  afterAll(() => redis[Symbol.asyncDispose]())

  const open = (tenant: string): Process => {
    const said: string[] = []
    const wakeUps = createRedisWakeUps({ url: redis.url, tenant, log: { warn: (_details, message) => void said.push(message), info: (message) => void said.push(message) } })
    const woken = { changes: 0, readings: 0 }
    wakeUps.changes.listen(() => { woken.changes += 1 })
    wakeUps.readings.listen(() => { woken.readings += 1 })
    return { wakeUps, woken, said, [Symbol.asyncDispose]: () => wakeUps[Symbol.asyncDispose]() }
  }
  const freshTenant = (): string => `t${++tenants}`
  /** Each is woken once when it is connected. */
  const connected = async (...processes: readonly Process[]): Promise<void> => {
    await vi.waitFor(() => { for (const { woken } of processes) expect(woken).toEqual({ changes: 1, readings: 1 }) }, { timeout: 5_000 })
    for (const { woken } of processes) woken.changes = woken.readings = 0
  }

  it('wake the others of their tenant for what they announce, not themselves and not other tenants', async () => {
    const tenant = freshTenant()
    await using a = open(tenant)
    await using b = open(tenant)
    await using c = open(tenant)
    await using stranger = open(freshTenant())
    await connected(a, b, c, stranger)
    a.wakeUps.changes.announce()
    await vi.waitFor(() => { expect([b.woken, c.woken]).toEqual([{ changes: 1, readings: 0 }, { changes: 1, readings: 0 }]) })
    b.wakeUps.readings.announce()
    await vi.waitFor(() => { expect([a.woken, c.woken]).toEqual([{ changes: 0, readings: 1 }, { changes: 1, readings: 1 }]) })
    expect([b.woken, stranger.woken]).toEqual([{ changes: 1, readings: 0 }, { changes: 0, readings: 0 }])
  })

  it('say one word for all that is announced while the word before is under way, and the last one always', async () => {
    const tenant = freshTenant()
    await using a = open(tenant)
    await using b = open(tenant)
    await connected(a, b)
    for (let index = 0; index < 10_000; index += 1) a.wakeUps.changes.announce()
    await vi.waitFor(() => { expect(b.woken.changes).toBe(2) })
    a.wakeUps.changes.announce()
    await vi.waitFor(() => { expect(b.woken.changes).toBe(3) })
  })

  it('go on without Redis, say so once, and wake everybody when it is back', async () => {
    const tenant = freshTenant()
    await using a = open(tenant)
    await using b = open(tenant)
    await connected(a, b)
    await redis.stop()
    await vi.waitFor(() => { expect(b.said).toHaveLength(1) })
    for (let index = 0; index < 1_000; index += 1) a.wakeUps.changes.announce()
    expect(b.woken.changes).toBe(0)
    await redis.start()
    await connected(a, b)
    expect(b.said).toEqual(['Redis is away: other processes notice changes when they look next', 'Redis is back'])
    await vi.waitFor(() => { // the connection that announces comes back by itself
      a.wakeUps.changes.announce()
      expect(b.woken.changes).toBeGreaterThan(0)
    }, { timeout: 5_000 })
  })

  it('are not held up by a Redis that does not answer', async () => {
    const tenant = freshTenant()
    await using a = open(tenant)
    await using b = open(tenant)
    await connected(a, b)
    redis.freeze()
    const begun = performance.now()
    for (let index = 0; index < 10_000; index += 1) a.wakeUps.changes.announce()
    expect(performance.now() - begun).toBeLessThan(5_000)
    redis.thaw()
    await vi.waitFor(() => { expect(b.woken.changes).toBeGreaterThan(0) })
  })
})
