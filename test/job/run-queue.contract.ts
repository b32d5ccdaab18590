import { afterEach, describe, expect, it } from 'vitest'
import { RunCancelled } from '../../src/job/cancelled.ts'
import type { Job, RunQueue, Worker } from '../../src/job/run-queue.ts'

export const job = (run: string, given: Partial<Job> = {}): Job => ({ run, priority: 0, dueAt: 0, ...given })

/** A worker that tells of what it is given, and is done with it when told. */
export interface Bench {
  readonly worker: Worker
  /** In the order they came. */
  readonly begun: readonly Job[]
  readonly signals: ReadonlyMap<string, AbortSignal>
  /** Resolves when so many have come; rejects when they do not. */
  came(count: number): Promise<readonly string[]>
  finish(run: string): void
}

export function createBench({ finishesAtOnce = false } = {}): Bench {
  const begun: Job[] = []
  const signals = new Map<string, AbortSignal>()
  const finished = new Map<string, PromiseWithResolvers<void>>()
  const waiters = new Set<() => void>()
  return {
    begun, signals,
    async worker(given, signal) {
      begun.push(given)
      signals.set(given.run, signal)
      const done = Promise.withResolvers<void>()
      finished.set(given.run, done)
      for (const wake of [...waiters]) wake()
      if (!finishesAtOnce) await done.promise
    },
    async came(count) {
      const enough = (): boolean => begun.length >= count
      if (!enough()) await within(10_000, `${count} jobs; there came ${begun.map(({ run }) => run).join(', ') || 'none'}`, (resolve) => waiters.add(() => { if (enough()) resolve() }))
      return begun.map(({ run }) => run)
    },
    finish(run) { finished.get(run)?.resolve() },
  }
}

/** Rejects when it does not happen in time. */
export async function within(ms: number, what: string, begin: (resolve: () => void) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const late = setTimeout(() => { reject(new Error(`Not within ${ms} ms: ${what}`)) }, ms)
  begin(resolve)
  await promise.finally(() => { clearTimeout(late) })
}

export const aborted = async (signal: AbortSignal | undefined): Promise<unknown> => {
  if (!signal) throw new Error('There is no such job.')
  if (!signal.aborted) await within(5_000, 'an aborted signal', (resolve) => { signal.addEventListener('abort', () => { resolve() }, { once: true }) })
  return signal.reason
}

/** What every queue of runs keeps to. `open`: a queue that shares what it holds with those opened before in the same test, where `isShared`. */
export function keepsToTheContract(open: () => RunQueue, next: () => void): void {
  const opened: RunQueue[] = []
  const queue = (): RunQueue => {
    const made = open()
    opened.push(made)
    return made
  }
  const benches: Bench[] = []
  const bench = (options?: { finishesAtOnce: boolean }): Bench => {
    const made = createBench(options)
    benches.push(made)
    return made
  }
  afterEach(async () => {
    for (const { begun, finish } of benches.splice(0)) for (const { run } of begun) finish(run)
    for (const made of opened.splice(0)) await made[Symbol.asyncDispose]()
    next()
  })

  describe('a queue of runs', () => {
    it('hands out what it was given, once, with all it was given', async () => {
      const [q, b] = [queue(), bench({ finishesAtOnce: true })]
      q.work(b.worker, 1)
      await q.add(job('a', { priority: 7 }))
      await b.came(1)
      expect(b.begun).toEqual([job('a', { priority: 7 })])
    })

    it('hands out greater priorities first, and equal ones in the order they came', async () => {
      const [q, b] = [queue(), bench({ finishesAtOnce: true })]
      for (const [run, priority] of [['low', -100], ['a', 0], ['b', 0], ['high', 100], ['c', 0], ['some', 1]] as const) await q.add(job(run, { priority }))
      q.work(b.worker, 1)
      expect(await b.came(6)).toEqual(['high', 'some', 'a', 'b', 'c', 'low'])
    })

    it('hands out nothing before it is due, and what is due meanwhile first', async () => {
      const [q, b] = [queue(), bench({ finishesAtOnce: true })]
      q.work(b.worker, 1)
      const dueAt = Date.now() + 400
      await q.add(job('later', { dueAt, priority: 50 }))
      await q.add(job('much later', { dueAt: dueAt + 200 }))
      await q.add(job('now'))
      expect(await b.came(2)).toEqual(['now', 'later'])
      expect(Date.now()).toBeGreaterThanOrEqual(dueAt)
      expect(await b.came(3)).toEqual(['now', 'later', 'much later'])
    })

    it('has a run wait once, however often it is added', async () => {
      const [q, b] = [queue(), bench({ finishesAtOnce: true })]
      for (const run of ['a', 'a', 'b', 'a']) await q.add(job(run))
      q.work(b.worker, 1)
      await q.add(job('last', { priority: -1 }))
      expect(await b.came(3)).toEqual(['a', 'b', 'last'])
    })

    it('takes a run again when it was done, and one that came back while it was under way', async () => {
      const [q, b] = [queue(), bench()]
      q.work(b.worker, 2)
      await q.add(job('a'))
      await b.came(1)
      await q.add(job('a', { dueAt: Date.now() + 50 }))
      b.finish('a')
      expect(await b.came(2)).toEqual(['a', 'a'])
    })

    it('works on as many as it may at once', async () => {
      const [q, b] = [queue(), bench()]
      q.work(b.worker, 2)
      for (const run of ['a', 'b', 'c', 'd']) await q.add(job(run))
      expect((await b.came(2)).length).toBe(2)
      b.finish('b')
      expect(await b.came(3)).toEqual(['a', 'b', 'c'])
      b.finish('a')
      expect(await b.came(4)).toEqual(['a', 'b', 'c', 'd'])
    })

    it('forgets one that waits when it is cancelled', async () => {
      const [q, b] = [queue(), bench({ finishesAtOnce: true })]
      await q.add(job('a'))
      await q.add(job('later', { dueAt: Date.now() + 100 }))
      await q.add(job('b'))
      for (const run of ['a', 'later', 'never added']) await q.cancel(run)
      await q.add(job('last', { dueAt: Date.now() + 300 }))
      q.work(b.worker, 1)
      expect(await b.came(2)).toEqual(['b', 'last'])
    })

    it('tells the worker of one that is under way when it is cancelled, and no other', async () => {
      const [q, b] = [queue(), bench()]
      q.work(b.worker, 2)
      for (const run of ['a', 'b']) await q.add(job(run))
      await b.came(2)
      await q.cancel('a')
      const reason = await aborted(b.signals.get('a'))
      expect(reason).toBeInstanceOf(RunCancelled)
      expect(reason).toMatchObject({ run: 'a' })
      expect(b.signals.get('b')?.aborted).toBe(false)
    })

    it('goes on after a worker that failed, though it is not to', async () => {
      const [q, b] = [queue(), bench({ finishesAtOnce: true })]
      q.work(async (given, signal) => {
        if (given.run === 'bad') throw new Error('It is broken.')
        await b.worker(given, signal)
      }, 1)
      await q.add(job('bad'))
      await q.add(job('good'))
      expect(await b.came(1)).toEqual(['good'])
    })

    it('hands out no more once it drains, and has drained when all under way are done', async () => {
      const [q, b] = [queue(), bench()]
      q.work(b.worker, 1)
      await q.add(job('a'))
      await b.came(1)
      await q.add(job('b'))
      let isDrained = false
      const drained = q.drain().then(() => { isDrained = true })
      await q.add(job('c'))
      expect(isDrained).toBe(false)
      b.finish('a')
      await drained
      expect(b.begun.map(({ run }) => run)).toEqual(['a'])
    })

    it('is put to work once', () => {
      const [q, b] = [queue(), bench()]
      q.work(b.worker, 1)
      expect(() => { q.work(b.worker, 1) }).toThrow('already')
    })
  })
}
