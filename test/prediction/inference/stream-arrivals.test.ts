import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createArrivals } from '../../../src/prediction/inference/stream-arrivals.ts'
import { createReadingTail, type ReadingTail } from '../../../src/telemetry/reading-tail.ts'
import type { SeriesKey } from '../../../src/telemetry/reading.ts'
import { openStore, type OpenedStore } from '../features/open-store.ts'

const series = (twin: string): SeriesKey => ({ twin, name: 'flow', kind: 'float', source: 'MEASURED', run: null })
const second = 1_000_000

describe('what a stream is told of', () => {
  let opened: OpenedStore
  let tail: ReadingTail
  beforeEach(async () => {
    opened = await openStore()
    tail = createReadingTail({ store: opened.store, isShared: false, withoutRuns: true, onTrouble: (error) => { throw error } })
  })
  afterEach(async () => {
    tail[Symbol.dispose]()
    await opened[Symbol.asyncDispose]()
  })

  let count = 0
  const receive = async (twin: string, readings: number): Promise<number> => {
    const { cursor } = await opened.store.append(Array.from({ length: readings }, () => ({ series: series(twin), at: (count += 1) * second, value: count, quality: 'GOOD', origin: null, sequence: null } as const)))
    tail.wake()
    return cursor
  }
  const open = (from: number, mostHeard?: number) => createArrivals({ tail, store: opened.store, from, isWanted: ({ twin }) => twin === 'p1', ...(mostHeard !== undefined && { mostHeard }) })
  type Arrivals = ReturnType<typeof open>
  /** Values of p1, until the place is reached. */
  const takeUntil = async (arrivals: Arrivals, until: number): Promise<readonly unknown[]> => {
    const values: unknown[] = []
    while (arrivals.position < until) {
      const arrived = await arrivals.next(5_000, AbortSignal.timeout(20_000))
      if (!arrived) throw new Error(`Nothing came behind ${arrivals.position}.`)
      values.push(...arrived.readings.flatMap((reading) => (reading.series.twin === 'p1' ? [reading.value] : [])))
    }
    return values
  }
  const numbers = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, index) => from + index)

  it('goes on where it was: what was received while nobody listened comes first, and each thing once', async () => {
    count = 0
    const before = await receive('p1', 3)
    const meanwhile = await receive('p1', 7_000)
    using arrivals = open(before)
    await arrivals.started()
    const last = await receive('p1', 4)
    expect(meanwhile).toBeLessThan(last)
    expect(await takeUntil(arrivals, last)).toEqual(numbers(4, 7_008))
  })

  it('is told all of it, however little of it there is room for in memory', async () => {
    count = 0
    using arrivals = open(0, 10)
    await arrivals.started()
    let last = 0
    for (let batch = 0; batch < 30; batch++) last = await receive('p1', 7)
    await expect.poll(() => tail.position).toBe(last)
    expect(await takeUntil(arrivals, last)).toEqual(numbers(1, 211))
  })

  it('is told once more what came behind a place that it goes back to', async () => {
    count = 0
    using arrivals = open(0)
    await arrivals.started()
    const first = await receive('p1', 2)
    expect(await takeUntil(arrivals, first)).toEqual([1, 2])
    const last = await receive('p1', 2)
    expect(await takeUntil(arrivals, last)).toEqual([3, 4])
    arrivals.back(first)
    expect(await takeUntil(arrivals, last)).toEqual([3, 4])
  })

  it('is told of series that it wants from a place on, also of what came before it wanted them', async () => {
    count = 0
    const wanted = new Set(['p2'])
    using arrivals = createArrivals({ tail, store: opened.store, from: 0, isWanted: ({ twin }) => wanted.has(twin) })
    await arrivals.started()
    const last = await receive('p1', 3)
    await expect.poll(() => tail.position).toBe(last)
    wanted.add('p1')
    arrivals.back(arrivals.position)
    expect(await takeUntil(arrivals, last)).toEqual([1, 2, 3])
  })

  it('moves on over what others are told, and waits no longer than it is asked to', async () => {
    count = 0
    using arrivals = open(0)
    await arrivals.started()
    const last = await receive('p2', 5)
    expect(await takeUntil(arrivals, last)).toEqual([])
    expect(await arrivals.next(1, new AbortController().signal)).toBeUndefined()
    expect(await arrivals.next(60_000, AbortSignal.abort())).toBeUndefined()
  })
})
