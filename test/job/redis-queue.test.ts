import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createBullmqRunQueue } from '../../src/adapters/redis/run-queue.ts'
import type { RunQueue } from '../../src/job/run-queue.ts'
import { redisPath, type RedisServer, startRedis } from '../support/redis.ts'
import { freshTenant } from '../support/neo4j.ts'
import { aborted, createBench, job, keepsToTheContract, within } from './run-queue.contract.ts'

const isInstalled = redisPath !== undefined

describe.skipIf(!isInstalled)('over Redis (skipped where redis-server is not installed)', () => {
  let redis: RedisServer
  beforeAll(async () => { redis = await startRedis() })
  afterAll(async () => { await redis[Symbol.asyncDispose]() })

  let tenant = freshTenant()
  const warned: string[] = []
  const troubles: string[] = []
  const infos: (() => void)[] = []
  const log = {
    warn: (details: object, message: string) => { warned.push(`${message}: ${String((details as { err?: unknown }).err)}`) },
    error: (_details: object, message: string) => { troubles.push(message) },
    info: (message: string) => { if (message === 'Redis is back') for (const wake of infos.splice(0)) wake() },
  }
  const open = (of = tenant, lockMs?: number): RunQueue => createBullmqRunQueue({ url: redis.url, tenant: of, log, ...lockMs === undefined ? {} : { lockMs } })
  const nextTenant = (): void => { tenant = freshTenant() }
  beforeEach(() => { warned.length = 0 })
  keepsToTheContract(() => open(), nextTenant)

  describe('several processes', () => {
    afterEach(nextTenant)

    it('share what is to be done, and each job is done by one of them', async () => {
      await using first = open()
      await using second = open()
      const [a, b] = [createBench(), createBench()]
      first.work(a.worker, 1)
      second.work(b.worker, 1)
      await first.add(job('x'))
      await first.add(job('y'))
      await Promise.all([a.came(1), b.came(1)])
      const begun = [...a.begun, ...b.begun].map(({ run }) => run).sort()
      for (const run of ['x', 'y']) for (const bench of [a, b]) bench.finish(run)
      expect(begun).toEqual(['x', 'y'])
    })

    it('cancel what another one does', async () => {
      await using asked = open()
      await using doing = open()
      const bench = createBench()
      doing.work(bench.worker, 1)
      await asked.add(job('x'))
      await bench.came(1)
      const began = performance.now()
      await asked.cancel('x')
      await aborted(bench.signals.get('x'))
      expect(performance.now() - began).toBeLessThan(1_000)
      bench.finish('x')
    })

    it('do not hear of what another tenant does', async () => {
      await using mine = open()
      await using other = open(`${tenant}-other`)
      const [bench, others] = [createBench(), createBench({ finishesAtOnce: true })]
      mine.work(bench.worker, 1)
      other.work(others.worker, 1)
      await mine.add(job('x'))
      await bench.came(1)
      await other.cancel('x')
      await other.add(job('y'))
      expect(await others.came(1)).toEqual(['y'])
      expect(bench.signals.get('x')?.aborted).toBe(false)
      bench.finish('x')
    })

    it('get what a process had that was killed', async () => {
      const child = spawn(process.execPath, [new URL('queue-process.ts', import.meta.url).pathname, redis.url, tenant, 'work'], { stdio: ['ignore', 'pipe', 'inherit'] })
      try {
        await using asked = open(tenant, 1_000)
        await asked.add(job('x'))
        await within(20_000, 'the other process at work', (resolve) => { child.stdout.once('data', () => { resolve() }) })
        child.kill('SIGKILL')
        const bench = createBench({ finishesAtOnce: true })
        asked.work(bench.worker, 1)
        expect(await bench.came(1)).toEqual(['x'])
      } finally {
        child.kill('SIGKILL')
      }
    }, 40_000)
  })

  describe('while Redis is away', () => {
    let server: RedisServer
    beforeEach(async () => { server = await startRedis() })
    afterEach(async () => { await server[Symbol.asyncDispose]() })
    const there = (): RunQueue => createBullmqRunQueue({ url: server.url, tenant: 'away', log })
    const back = (): Promise<void> => within(10_000, 'Redis being back', (resolve) => infos.push(resolve))

    it('refuses jobs within two seconds, lets those under way go on, and works on when it is back', async () => {
      await using queue = there()
      const bench = createBench()
      queue.work(bench.worker, 2)
      await queue.add(job('a'))
      await bench.came(1)
      await server.stop()
      const began = performance.now()
      await expect(queue.add(job('b'))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
      expect(performance.now() - began).toBeLessThan(2_000)
      await queue.cancel('a')
      expect(bench.signals.get('a')?.aborted).toBe(true)
      bench.finish('a')
      const isBack = back()
      await server.start()
      await isBack
      await queue.add(job('c'))
      expect(await bench.came(2)).toEqual(['a', 'c'])
      expect(warned.filter((line) => line.startsWith('Redis is away'))).toHaveLength(1)
      bench.finish('c')
    }, 30_000)

    it('has what it forgot added again', async () => {
      await using queue = there()
      await queue.add(job('lost'))
      const isBack = back()
      await server.stop()
      await server.start()
      await isBack
      const bench = createBench({ finishesAtOnce: true })
      queue.work(bench.worker, 1)
      await queue.add(job('lost'))
      expect(await bench.came(1)).toEqual(['lost'])
    }, 30_000)

    it('has one process do a run once at a time, also when it forgot that it does', async () => {
      await using doing = there()
      await using other = there()
      const bench = createBench()
      doing.work(bench.worker, 2)
      await other.add(job('x'))
      await bench.came(1)
      const isBack = Promise.all([back(), back()])
      await server.stop()
      await server.start()
      await isBack
      await other.add(job('x'))
      await other.add(job('y', { priority: -1 }))
      bench.finish(await bench.came(2).then(([, second = '']) => second))
      expect(bench.begun.map(({ run }) => run)).toEqual(['x', 'y'])
      bench.finish('x')
      expect(await bench.came(3)).toEqual(['x', 'y', 'x'])
      bench.finish('x')
    }, 30_000)

    it('refuses jobs within two seconds when it does not answer, and works on when it does', async () => {
      await using queue = there()
      const bench = createBench({ finishesAtOnce: true })
      queue.work(bench.worker, 1)
      await queue.add(job('a'))
      await bench.came(1)
      server.freeze()
      const began = performance.now()
      await expect(queue.add(job('b'))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
      expect(performance.now() - began).toBeLessThan(2_500)
      server.thaw()
      await queue.add(job('c'))
      expect(new Set((await bench.came(3)))).toEqual(new Set(['a', 'b', 'c'])) // refused is not known to be lost: at least once
    }, 30_000)

    it('lets a process end that used it', async () => {
      for (const how of ['end', 'end without Redis'] as const) {
        const child = spawn(process.execPath, [new URL('queue-process.ts', import.meta.url).pathname, server.url, 'ends', how], { stdio: ['ignore', 'pipe', 'inherit'] })
        const ended = once(child, 'exit')
        try {
          if (how === 'end without Redis') {
            await within(20_000, 'the process at work', (resolve) => { child.stdout.once('data', () => { resolve() }) })
            await server.stop()
          }
          await within(20_000, `a process that can ${how}`, (resolve) => { void ended.then(() => { resolve() }) })
          expect(child.exitCode).toBe(0)
        } finally {
          child.kill('SIGKILL')
        }
      }
    }, 60_000)
  })
})
