import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createDuckdbTelemetryStore } from '../../../src/adapters/duckdb/telemetry-store.ts'
import { type NewReading, type SeriesKey, seriesKeyText } from '../../../src/telemetry/reading.ts'
import { createLateGate, type LateGate } from '../../../src/telemetry/retention/late-gate.ts'
import { createOldestReads } from '../../../src/telemetry/retention/oldest-reads.ts'
import { rollUp, type RolledUpPortion, type RollupTask } from '../../../src/telemetry/retention/roll-up.ts'
import { createRollupBook, type RollupBook } from '../../../src/telemetry/retention/rollup-book.ts'
import { horizonKey, readHorizon } from '../../../src/telemetry/retention/stored-bucket.ts'
import { type SummaryStore, withRollups } from '../../../src/telemetry/retention/with-rollups.ts'
import type { Sight, TelemetryStore } from '../../../src/telemetry/telemetry-store.ts'

const second = 1_000_000
const every = 10 * second
/** A grid that the stored buckets fit into, over everything that tests send. */
const asked = { from: 0, to: 400 * second, width: 20 * second }
const key = (twin: string, kind: 'float' | 'integer' = 'integer'): SeriesKey => ({ twin, name: 'level', kind, source: 'MEASURED', run: null })
const reading = (series: SeriesKey, at: number, value: number): NewReading => ({ series, at, value: series.kind === 'integer' ? BigInt(value) : value, quality: 'GOOD', origin: null, sequence: null })

const directories: string[] = []
afterAll(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true }))))

interface Bench extends AsyncDisposable {
  readonly store: TelemetryStore
  readonly gate: LateGate
  readonly book: RollupBook
  readonly reads: SummaryStore
  /** The next forgetting fails, as that of a process that is killed. */
  breakOff(): void
  /** Buckets are seen a moment before the horizon that says so: a store may show the two halves of a batch one after the other. */
  betweenHalves: (() => Promise<void>) | undefined
  round(series: readonly SeriesKey[], cut: number): Promise<RolledUpPortion>
}

/** A real store, that can be made to fail once between the two halves of a round. */
async function openBench(): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-rollup-'))
  directories.push(directory)
  const store = await createDuckdbTelemetryStore({ directory, memoryMb: 128 })
  const [book, gate] = [createRollupBook(), createLateGate(store)]
  let isBroken = false
  const forget: TelemetryStore['forget'] = async (retention) => {
    if (!isBroken) return await store.forget(retention)
    isBroken = false
    throw new Error('broken off')
  }
  const append: TelemetryStore['append'] = async (readings) => {
    const isHorizon = ({ series: { run } }: NewReading): boolean => run?.startsWith('rolled-up:') === true
    if (!bench.betweenHalves) return await store.append(readings)
    await store.append(readings.filter((each) => !isHorizon(each)))
    await bench.betweenHalves()
    return await store.append(readings.filter(isHorizon))
  }
  const bench: Bench = {
    betweenHalves: undefined,
    store, gate, book, reads: withRollups(store, book, gate),
    breakOff() { isBroken = true },
    async round(series, cut) {
      const horizons = await store.latest(series.map(horizonKey))
      const tasks = series.map((each, index): RollupTask => ({ key: each, cut, horizon: horizons[index] && { ...readHorizon(horizons[index]), receivedAt: horizons[index].receivedAt } }))
      return await gate.without(cut, () => rollUp(tasks, { store: { append, readings: store.readings, summaries: store.summaries, forget }, book, every, signal: new AbortController().signal }))
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
  return bench
}

describe('Rolling up', () => {
  it('loses nothing and counts nothing twice, whatever comes late and wherever it is broken off', async () => {
    await using bench = await openBench()
    let run = 0
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('send' as const), times: fc.array(fc.integer({ min: 0, max: 3_999 }), { minLength: 1, maxLength: 8 }), value: fc.integer({ min: -1_000, max: 1_000 }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('round' as const), cut: fc.integer({ min: 0, max: 40 }), isBrokenOff: fc.boolean() }) },
    )
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      const series = [key(`a${run}`), key(`b${run++}`)]
      const sent = series.map(() => new Map<number, number>())
      let cut = 0
      for (const each of steps) {
        if (each.kind === 'send') {
          const fresh = series.map((_, index) => each.times.filter((time) => time % 2 === index && !sent[index]?.has(time * 100_000))) // each time once: a correction of what is in a bucket is another matter
          for (const [index, times] of fresh.entries()) for (const time of times) sent[index]?.set(time * 100_000, each.value)
          await bench.gate.append(fresh.flatMap((times, index) => [...new Set(times)].map((time) => reading(series[index] as SeriesKey, time * 100_000, each.value))))
        } else {
          cut = Math.max(cut, each.cut * every)
          if (each.isBrokenOff) bench.breakOff()
          await bench.round(series, cut).catch((error: unknown) => { if (!(error instanceof Error && error.message === 'broken off')) throw error })
        }
      }
      await bench.round(series, cut).catch(() => bench.round(series, cut)) // it may still be set to break off
      for (const [index, found] of (await bench.reads.summaries(series, asked)).entries()) expect(found.map(({ from, count, min, max, sum }) => ({ from, count, min, max, sum }))).toEqual(outright(sent[index] ?? new Map()))
      const [rolled] = await bench.reads.rollup([series], asked, 'SUM')
      expect(rolled).toEqual(outright(new Map(sent.flatMap((own) => [...own]))).map(({ from, count, sum }) => ({ from, count, value: Number(sum) })))
    }), { numRuns: 40 })
  }, 60_000)

  it('shows nothing behind an instant that is looked from, and says when it cannot tell what was known', async () => {
    await using bench = await openBench()
    const one = key('a')
    const { cursor: first } = await bench.gate.append([5, 15, 25, 35].map((seconds) => reading(one, seconds * second, seconds)))
    await bench.round([one], 30 * second)
    const { cursor: late } = await bench.gate.append([reading(one, 6 * second, 100)])
    const [reads, oldest] = [bench.reads, createOldestReads(bench.store, bench.book)]
    const sums = async (sight: Sight, from = 0): Promise<readonly unknown[]> => ((await reads.summaries([one], { ...asked, from }, sight))[0] ?? []).map(({ from: start, sum }) => [start / second, sum])
    expect(await sums({})).toEqual([[0, 120n], [20, 60n]])
    expect(await sums({ until: 29 * second })).toEqual([[0, 120n]]) // the bucket from 20 to 30 may hold later ones
    expect(await sums({ until: 30 * second - 1 })).toEqual([[0, 120n], [20, 25n]])
    expect(await sums({ knownUntil: first })).toEqual([[0, 20n], [20, 60n]])
    expect((await oldest.latest([one], { until: 20 * second })).map((found) => [found?.at, found?.value])).toEqual([[6 * second, 100n]])
    expect((await oldest.latest([one], { until: 20 * second, knownUntil: first })).map((found) => [found?.at, found?.value, found?.receivedAt])).toEqual([[10 * second, 15n, first]])
    await bench.round([one], 30 * second)
    expect(await sums({ knownUntil: late })).toEqual([[0, 120n], [20, 60n]])
    for (const ask of [() => sums({ knownUntil: first }), () => reads.rollup([[one]], asked, 'SUM', { knownUntil: first })]) await expect(ask()).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('rolled up and forgotten') as string })
    expect(await sums({ knownUntil: first }, 20 * second)).toEqual([[20, 60n]])
    expect((await reads.rollup([[one]], asked, 'MAX', { affine: new Map([[seriesKeyText(one), { scale: -2, shift: 1 }]]) }))[0]?.map(({ value }) => value)).toEqual([-9, -49])
  })

  it('is seen by nobody who asks meanwhile', async () => {
    await using bench = await openBench()
    const series = [key('a', 'float'), key('b', 'float')]
    const times = Array.from({ length: 4_000 }, (_, index) => index * 100_000)
    await bench.gate.append(series.flatMap((each) => times.map((at) => reading(each, at, at / second))))
    const before = await bench.reads.summaries(series, asked)
    let isDone = false
    const rounds = (async () => {
      for (let cut = 20; cut <= 400; cut += 20) await bench.round(series, cut * second)
      isDone = true
    })()
    let answers = 0
    while (!isDone) {
      const now = await bench.reads.summaries(series, asked)
      expect(now.map((own) => own.map(({ from, count, min, max, first, last }) => ({ from, count, min, max, first, last })))).toEqual(before.map((own) => own.map(({ from, count, min, max, first, last }) => ({ from, count, min, max, first, last }))))
      expect((await bench.reads.rollup([series], asked, 'COUNT'))[0]?.map(({ count }) => count)).toEqual(Array.from({ length: 20 }, () => 400))
      answers++
    }
    await rounds
    expect(answers).toBeGreaterThan(3)
    expect(await bench.store.readings(series, { from: 0, to: asked.to }, { first: 1 })).toEqual([[], []])
  }, 60_000)

  it.each(['latest', 'readings', 'summaries', 'rollup'] as const)('is seen by nobody who asks meanwhile, should it come just before or behind %s is read', async (method) => {
    await using bench = await openBench()
    const series = [key('a')]
    await bench.gate.append(Array.from({ length: 4_000 }, (_, index) => reading(key('a'), index * 100_000, index)))
    const counts = async (reads: SummaryStore) => [
      (await reads.summaries(series, asked))[0]?.map(({ count }) => count), (await reads.rollup([series], asked, 'COUNT'))[0]?.map(({ count }) => count),
    ]
    const all = Array.from({ length: 20 }, () => 200)
    let cut = 0
    for (const isBefore of [true, false, true, false]) {
      let isArmed = true
      const disturb = async (): Promise<void> => {
        if (!isArmed) return
        isArmed = false
        await bench.round(series, cut += 50 * second)
      }
      const disturbed = new Proxy(bench.store, {
        get: (store, name) => (name !== method ? Reflect.get(store, name) as unknown : async (...args: unknown[]) => {
          if (isBefore) await disturb()
          const answer = await (Reflect.get(store, name) as (...all: unknown[]) => Promise<unknown>)(...args)
          if (!isBefore) await disturb()
          return answer
        }),
      })
      expect(await counts(withRollups(disturbed, bench.book, bench.gate))).toEqual([all, all])
      expect(isArmed).toBe(cut === 0) // before the first round nobody looks for buckets
      if (isArmed) await bench.round(series, cut += 50 * second)
    }
  })

  it('counts no bucket that is seen before its horizon is', async () => {
    await using bench = await openBench()
    const series = [key('a')]
    await bench.gate.append(Array.from({ length: 400 }, (_, index) => reading(key('a'), index * second, index)))
    await bench.round(series, 100 * second)
    const asking: ReturnType<SummaryStore['summaries']>[] = []
    bench.betweenHalves = async () => {
      asking.push(bench.reads.summaries(series, asked))
      for (let times = 0; times < 5; times++) await bench.store.summaries(series, asked) // as long as an answer takes
    }
    await bench.round(series, 200 * second)
    expect((await Promise.all(asking)).map(([own]) => own?.map(({ count }) => count))).toEqual(asking.map(() => Array.from({ length: 20 }, () => 20)))
    expect(asking.length).toBeGreaterThan(0)
  })

  it('keeps out what is of the time it works on until it is done, and nothing else', async () => {
    await using bench = await openBench()
    const order: string[] = []
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const work = bench.gate.without(100, async () => {
      await bench.gate.append([reading(key('a'), 100, 1)]).then(() => order.push('later'))
      await held
      order.push('done')
    })
    const late = bench.gate.append([reading(key('a'), 99, 1)]).then(() => order.push('late'))
    await expect.poll(() => order).toEqual(['later'])
    release()
    await Promise.all([work, late])
    expect(order).toEqual(['later', 'done', 'late'])
  })

  it('goes on with the rest where there is more than is done at once', async () => {
    await using bench = await openBench()
    const series = [key('a')]
    const buckets = 5_001 * 40 // of one series forty windows of five thousand
    await bench.gate.append(Array.from({ length: 41 }, (_, index) => reading(key('a'), index * 5_000 * every, index)))
    expect(await bench.round(series, buckets * every)).toEqual({ buckets: 40, forgotten: 40, isUnfinished: true })
    const [all] = await bench.reads.summaries(series, { from: 0, to: buckets * every, width: buckets * every })
    expect(all).toMatchObject([{ count: 41, sum: 820n }])
    expect(await bench.round(series, buckets * every)).toEqual({ buckets: 1, forgotten: 1, isUnfinished: false })
  })
})

function outright(sent: ReadonlyMap<number, number>): readonly { readonly from: number; readonly count: number; readonly min: bigint; readonly max: bigint; readonly sum: bigint }[] {
  const groups = Map.groupBy(sent, ([at]) => Math.floor(at / asked.width) * asked.width)
  return [...groups].sort(([left], [right]) => left - right).map(([from, own]) => {
    const values = own.map(([, value]) => value)
    return { from, count: values.length, min: BigInt(Math.min(...values)), max: BigInt(Math.max(...values)), sum: BigInt(values.reduce((sum, value) => sum + value, 0)) }
  })
}
