import { describe, expect, it } from 'vitest'
import { createMemoryRunQueue } from '../../src/job/memory-queue.ts'
import { createBench, job, keepsToTheContract } from './run-queue.contract.ts'

describe('in one process', () => {
  keepsToTheContract(() => createMemoryRunQueue({ onTrouble: () => undefined }), () => undefined)

  it('tells of a worker that failed, though it is not to', async () => {
    const told: unknown[] = []
    const bench = createBench({ finishesAtOnce: true })
    await using queue = createMemoryRunQueue({ onTrouble: (error, run) => told.push([run, (error as Error).message]) })
    queue.work((given, signal) => {
      if (given.run === 'bad') throw new Error('It is broken.')
      return bench.worker(given, signal)
    }, 1)
    await queue.add(job('bad'))
    await queue.add(job('good'))
    await bench.came(1)
    expect(told).toEqual([['bad', 'It is broken.']])
  })
})
