import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NewReading, SeriesKey, SeriesValue } from '../../src/telemetry/reading.ts'
import type { Received, TelemetryStore } from '../../src/telemetry/telemetry-store.ts'
import { awkwardTexts, knownSeries, newYear, second, seriesOf, type Step, steps, unknownSeries } from './store-arbitraries.ts'
import { everythingReceived, expectSameAnswers } from './store-answers.ts'
import { createStoreModel } from './store-model.ts'

/** A store with nothing in it, for one test. */
export interface OpenedStore {
  readonly store: TelemetryStore
  /** Closes it and opens it again, with what it holds. */
  reopen(): Promise<TelemetryStore>
  /** Closes whichever was opened last. */
  close(): Promise<void>
}

const flow = seriesOf('pump-1', 'flow', 'float')
const always = { from: -Infinity, to: Infinity }

const measured = (at: number, value: SeriesValue, more: Partial<NewReading> = {}): NewReading => ({ series: flow, at, value, quality: 'GOOD', origin: null, sequence: null, ...more })
const numbered = (sequence: number, at: number, value: SeriesValue = sequence): NewReading => measured(at, value, { origin: 'plc', sequence })

/** What every telemetry store promises, whatever it keeps its readings in. */
export function telemetryStoreContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(name, () => {
    let opened: OpenedStore
    let store: TelemetryStore
    beforeEach(async () => { ({ store } = opened = await open()) })
    afterEach(() => opened.close())
    const reopen = async (): Promise<void> => { store = await opened.reopen() }
    const readingsOf = async (key: SeriesKey): Promise<readonly (readonly [number, SeriesValue])[]> =>
      ((await store.readings([key], always, { first: 100_000 }))[0] ?? []).map(({ at, value }) => [at, value])

    test('whatever comes in, in whichever order, however often, it answers every question like a list in memory', async () => {
      await fc.assert(fc.asyncProperty(steps, async (all) => {
        const each = await open()
        try {
          await expectLikeModel(each, all)
        } finally {
          await each.close()
        }
      }), { numRuns: 12, interruptAfterTimeLimit: 40_000 })
    }, 150_000)

    test('an acknowledged batch is there, and there after it was closed and opened again', async () => {
      const { outcomes, cursor } = await store.append([measured(newYear, 1.5, { quality: 'UNCERTAIN', origin: 'plc', sequence: 7 })])
      const expected = { at: newYear, value: 1.5, quality: 'UNCERTAIN', origin: 'plc', sequence: 7, receivedAt: cursor }
      expect(outcomes).toEqual(['stored'])
      expect(await store.latest([flow])).toEqual([expected])
      await reopen()
      expect(await store.latest([flow])).toEqual([expected])
      expect(await store.readings([flow], always, { first: 10 })).toEqual([[expected]])
      expect(await store.head()).toBe(cursor)
    })

    test('a series nobody wrote is empty, wherever it stands in the list, and an empty list has no answers', async () => {
      await store.append([measured(newYear, 1)])
      const asked = [unknownSeries, flow, unknownSeries]
      expect((await store.latest(asked)).map((reading) => reading?.value)).toEqual([undefined, 1, undefined])
      expect((await store.latestBefore(asked, newYear + 1)).map((reading) => reading?.value)).toEqual([undefined, 1, undefined])
      expect((await store.readings(asked, always, { first: 5 })).map(({ length }) => length)).toEqual([0, 1, 0])
      const day = { from: newYear, to: newYear + second, width: second }
      expect((await store.summaries(asked, day)).map(({ length }) => length)).toEqual([0, 1, 0])
      expect((await store.rollup([[], asked, [unknownSeries]], day, 'COUNT')).map(({ length }) => length)).toEqual([0, 1, 0])
      expect(await Promise.all([store.latest([]), store.latestBefore([], newYear), store.readings([], always, { first: 5 }), store.summaries([], day), store.rollup([], day, 'SUM')])).toEqual([[], [], [], [], []])
    })

    test('a series asked for twice is answered twice', async () => {
      await store.append([measured(newYear, 1), measured(newYear + second, 3)])
      const twice = [flow, { ...flow }]
      expect((await store.readings(twice, always, { first: 5 })).map((readings) => readings.map(({ value }) => value))).toEqual([[1, 3], [1, 3]])
      const [left, right] = await store.summaries(twice, { from: newYear, to: newYear + 60 * second, width: 60 * second })
      expect(left).toMatchObject([{ count: 2, sum: 4 }])
      expect(right).toEqual(left)
    })

    test('nothing stored has no place in the order of receipt, and an empty batch is taken', async () => {
      expect(await store.head()).toBe(0)
      expect(await store.received(0, 10)).toEqual([])
      expect((await store.append([])).outcomes).toEqual([])
      expect(await store.series()).toEqual([])
    })

    test('integers of 64 bits come back exactly, and so do sums beyond them', async () => {
      const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n]
      const starts = seriesOf('pump-1', 'starts', 'integer')
      await store.append([least, greatest, greatest, greatest].map((value, index) => measured(newYear + index, value, { series: starts })))
      expect((await readingsOf(starts)).map(([, value]) => value)).toEqual([least, greatest, greatest, greatest])
      const [summaries] = await store.summaries([starts], { from: newYear, to: newYear + second, width: second })
      expect(summaries).toMatchObject([{ count: 4, first: least, last: greatest, min: least, max: greatest, sum: 2n ** 64n - 3n }])
    })

    test('floats come back bit by bit: the least, the greatest, and zero below zero', async () => {
      const floats = [Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, -0, 0.1 + 0.2, 1e21, 2 ** 53 + 2]
      await store.append(floats.map((value, index) => measured(newYear + index, value)))
      expect((await readingsOf(flow)).map(([, value]) => value)).toEqual(floats)
    })

    test('texts are kept as they are, NUL and 64 KiB among them, in values, names and origins', async () => {
      const note = seriesOf('pump-1', 'note', 'text')
      const texts = [...awkwardTexts, 'ä'.repeat(32_768), `${'\u0000'.repeat(1_000)}${'"'.repeat(64_536)}`]
      await store.append(texts.map((value, index) => measured(newYear + index, value, { series: note, origin: value.slice(0, 300) })))
      const named = awkwardTexts.map((text) => ({ ...note, twin: text, name: `${text}${'n'.repeat(5_000)}`, source: 'SIMULATED', run: text }) as const)
      await store.append(named.map((series) => measured(newYear, series.run, { series })))
      await reopen()
      const kept = (await readingsOf(note)).map(([, value]) => value)
      expect(kept.slice(0, awkwardTexts.length)).toEqual(awkwardTexts)
      expect(kept.every((value, index) => value === texts[index])).toBe(true) // long ones would fill the screen
      expect((await store.readings([note], always, { first: 100 }))[0]?.map(({ origin }) => origin)).toEqual(texts.map((text) => text.slice(0, 300)))
      expect((await store.latest(named)).map((reading) => reading?.value)).toEqual(awkwardTexts)
    })

    test('of two readings of one series and time in a batch, the later in the list wins; of two batches, the later batch', async () => {
      expect((await store.append([measured(newYear, 1), measured(newYear, 2, { origin: 'plc' })])).outcomes).toEqual(['stored', 'stored'])
      expect(await readingsOf(flow)).toEqual([[newYear, 2]])
      const before = await store.head()
      await store.append([measured(newYear, 3, { quality: 'BAD' })])
      expect(await store.latest([flow])).toMatchObject([{ value: 3, quality: 'BAD', origin: null }])
      expect((await store.received(0, 10)).map(({ value }) => value)).toEqual([3])
      expect((await store.received(before, 10)).map(({ value }) => value)).toEqual([3])
    })

    test('what was replaced is still known to who asks of the time before, and gone when its time is forgotten', async () => {
      const [first, second_, third] = [await store.append([measured(newYear, 1)]), await store.append([measured(newYear, 2), measured(newYear + 1, 5)]), await store.append([measured(newYear, 3)])]
      const known = async (knownUntil: number | undefined): Promise<readonly SeriesValue[]> => ((await store.readings([flow], always, { first: 10, knownUntil }))[0] ?? []).map(({ value }) => value)
      const all = [await known(first.cursor - 1), await known(first.cursor), await known(second_.cursor), await known(third.cursor), await known(undefined)]
      expect(all).toEqual([[], [1], [2, 5], [3, 5], [3, 5]])
      await reopen()
      expect(await known(second_.cursor)).toEqual([2, 5])
      expect((await store.latest([flow], { until: newYear, knownUntil: second_.cursor })).map((reading) => reading?.value)).toEqual([2])
      expect(await store.forget([{ series: [flow], before: newYear + 1 }])).toBe(1)
      await reopen()
      expect(await known(second_.cursor)).toEqual([5])
    })

    test('the measured series of a name are found, and too many of them are refused', async () => {
      const series = [flow, seriesOf('pump-2', 'flow', 'float'), seriesOf('pump-2', 'flow', 'float', 'r1'), seriesOf('pump-2', 'starts', 'integer')]
      await store.append(series.map((each, index) => measured(newYear + index, each.kind === 'integer' ? 1n : index, { series: each })))
      expect((await store.series({ measured: 'flow', most: 2 })).map(({ latest }) => latest.value)).toEqual([0, 1])
      expect((await store.series({ measured: 'flow', until: newYear })).map(({ key }) => key)).toEqual([flow])
      await expect(store.series({ measured: 'flow', most: 1, until: newYear })).rejects.toMatchObject({ code: 'LIST_TOO_LONG' })
    })

    test('a redelivery changes nothing: in its batch, in a later one, after it was closed and opened again', async () => {
      expect((await store.append([numbered(1, newYear), numbered(2, newYear + 2), numbered(1, newYear, 99)])).outcomes).toEqual(['stored', 'stored', 'duplicate'])
      expect((await store.append([numbered(2, newYear + 2, 99)])).outcomes).toEqual(['duplicate'])
      await reopen()
      expect((await store.append([numbered(1, newYear, 99), numbered(2, newYear + 2, 99), numbered(3, newYear + 3)])).outcomes).toEqual(['duplicate', 'duplicate', 'stored'])
      expect(await readingsOf(flow)).toEqual([[newYear, 1], [newYear + 2, 2], [newYear + 3, 3]])
      expect(await store.received(await store.head(), 10)).toEqual([])
    })

    test('numbers come late and with gaps, and each is still taken once', async () => {
      for (const sequence of [5, 9, 1, 7, 6, 8]) expect((await store.append([numbered(sequence, newYear + sequence)])).outcomes).toEqual(['stored'])
      expect((await store.append([5, 9, 1, 7, 6, 8, 3].map((sequence) => numbered(sequence, newYear + sequence)))).outcomes).toEqual([...Array.from({ length: 6 }, () => 'duplicate'), 'stored'])
    })

    test('a device that counts anew, with later times, is believed', async () => {
      await store.append([numbered(1, newYear), numbered(2, newYear + 2)])
      expect((await store.append([numbered(1, newYear + 10, 10), numbered(2, newYear + 11, 11)])).outcomes).toEqual(['stored', 'stored'])
      expect((await store.append([numbered(1, newYear + 10, 10)])).outcomes).toEqual(['duplicate'])
      expect(await readingsOf(flow)).toEqual([[newYear, 1], [newYear + 2, 2], [newYear + 10, 10], [newYear + 11, 11]])
    })

    test('the same number of another origin, or on another series, is no redelivery', async () => {
      await store.append([numbered(1, newYear)])
      const others = [{ ...numbered(1, newYear + 1), origin: 'gateway' }, { ...numbered(1, newYear), series: seriesOf('pump-2', 'flow', 'float') }]
      expect((await store.append(others)).outcomes).toEqual(['stored', 'stored'])
    })

    test('what a run says never mixes with what was measured', async () => {
      const [first, other] = [seriesOf('pump-1', 'flow', 'float', 'r1'), seriesOf('pump-1', 'flow', 'float', 'r2')]
      await store.append([measured(newYear, 1), measured(newYear, 10, { series: first }), measured(newYear, 100, { series: other })])
      expect((await store.latest([flow, first, other])).map((reading) => reading?.value)).toEqual([1, 10, 100])
      const hour = { from: newYear, to: newYear + 3_600 * second, width: 3_600 * second }
      expect((await store.summaries([flow, first], hour)).flat().map(({ sum }) => sum)).toEqual([1, 10])
      expect((await store.rollup([[flow], [first, other]], hour, 'SUM')).flat().map(({ value }) => value)).toEqual([1, 110])
      expect((await store.series()).map(({ key }) => key)).toEqual(expect.arrayContaining([flow, first, other]))
    })

    test('batches that come at once each get a place of their own, and who follows the order of receipt misses none and sees none twice', async () => {
      let isWriting = true
      const writing = Promise.all(Array.from({ length: 60 }, (_, batch) => store.append(Array.from({ length: 1 + batch % 7 }, (_, index) =>
        measured(newYear + batch * 100 + index, batch, { series: knownSeries[batch % 3] as SeriesKey }))))).finally(() => { isWriting = false })
      const followed: Received[] = []
      for (let goesOn = true; goesOn;) {
        goesOn = isWriting
        await setImmediate() // an answer from memory would leave the writers no turn
        followed.push(...await everythingReceived(store, followed.at(-1)?.receivedAt ?? 0, 11))
      }
      const cursors = (await writing).map(({ cursor }) => cursor)
      expect(new Set(cursors).size).toBe(60)
      expect(await store.head()).toBe(Math.max(...cursors))
      expect(followed.length).toBe(Array.from({ length: 60 }, (_, batch) => 1 + batch % 7).reduce((sum, count) => sum + count))
      expect(followed.every(({ value, receivedAt }) => cursors[Number(value)] === receivedAt)).toBe(true)
    })

    test('the same numbered readings in many batches at once are stored once', async () => {
      const batch = Array.from({ length: 20 }, (_, index) => numbered(index, newYear + index))
      const outcomes = (await Promise.all(Array.from({ length: 12 }, () => store.append(batch)))).flatMap((appended) => appended.outcomes)
      expect(outcomes.filter((outcome) => outcome === 'stored').length).toBe(20)
      expect(await store.received(0, 1_000)).toHaveLength(20)
    })

    test('a batch of 20,000 readings of 400 series is taken whole, and given back whole', async () => {
      const many = Array.from({ length: 400 }, (_, index) => seriesOf(`meter-${index}`, 'flow', 'float'))
      const batch = Array.from({ length: 20_000 }, (_, index) => numbered(Math.floor(index / 400), newYear + Math.floor(index / 400) * second, index)).map((reading, index) => ({ ...reading, series: many[index % 400] as SeriesKey }))
      const { outcomes } = await store.append(batch)
      expect(outcomes.every((outcome) => outcome === 'stored')).toBe(true)
      expect((await store.latest(many)).map((reading) => reading?.value)).toEqual(many.map((_, index) => 19_600 + index))
      expect((await store.readings(many, always, { first: 1_000 })).every(({ length }) => length === 50)).toBe(true)
      expect(await store.received(0, 1)).toHaveLength(20_000)
      expect((await store.append(batch)).outcomes.every((outcome) => outcome === 'duplicate')).toBe(true)
      const [total] = await store.rollup([many], { from: newYear, to: newYear + 50 * second, width: 50 * second }, 'SUM')
      expect(total).toEqual([{ from: newYear, count: 20_000, value: 199_990_000 }])
    })

    test('quantiles lie between neighbours, and only those asked for are answered', async () => {
      await store.append([10, 20, 30, 40].map((value, index) => measured(newYear + index, value)))
      const bucket = { from: newYear, to: newYear + second, width: second }
      expect((await store.summaries([flow], bucket, { quantiles: [0.5, 0, 0.9, 1] }))[0]?.[0]?.quantiles).toEqual([25, 10, 37, 40])
      expect((await store.summaries([flow], bucket))[0]?.[0]?.quantiles).toEqual([])
      expect((await store.summaries([flow], { ...bucket, to: newYear + 1 }))[0]?.[0]).toMatchObject({ count: 1, stddev: null })
    })

    test('what is forgotten is gone, is counted, stays gone, and takes nothing else along', async () => {
      const other = seriesOf('pump-2', 'flow', 'float')
      await store.append([0, 1, 2, 3].flatMap((index) => [measured(newYear + index, index), measured(newYear + index, index, { series: other })]))
      expect(await store.forget([{ series: [flow, unknownSeries], before: newYear + 2 }])).toBe(2)
      expect(await store.forget([{ series: [flow], before: newYear + 2 }])).toBe(0)
      await reopen()
      expect((await readingsOf(flow)).map(([at]) => at)).toEqual([newYear + 2, newYear + 3])
      expect(await readingsOf(other)).toHaveLength(4)
      expect(await store.forget([{ series: [flow], before: newYear + 100 }])).toBe(2)
      await reopen()
      expect(await store.latest([flow])).toEqual([undefined])
      expect((await store.series()).map(({ key }) => key)).toEqual([other])
      await store.append([measured(newYear + 1, 5)])
      expect(await readingsOf(flow)).toEqual([[newYear + 1, 5]])
    })

    test('a read that is aborted says so with the reason it was given, and the next one is answered', async () => {
      await store.append([measured(newYear, 1)])
      const reason = new Error('nobody waits any more')
      const signal = AbortSignal.abort(reason)
      const bucket = { from: newYear, to: newYear + second, width: second }
      await expect(store.readings([flow], always, { first: 1, signal })).rejects.toBe(reason)
      await expect(store.latestBefore([flow], newYear + 1, { signal })).rejects.toBe(reason)
      await expect(store.summaries([flow], bucket, { signal })).rejects.toBe(reason)
      await expect(store.rollup([[flow]], bucket, 'SUM', { signal })).rejects.toBe(reason)
      await expect(store.received(0, 1, { signal })).rejects.toBe(reason)
      expect(await readingsOf(flow)).toEqual([[newYear, 1]])
    })

    test('it says that it can be written to, and about how much it holds', async () => {
      await store.append([measured(newYear, 1), measured(newYear + 1, 2)])
      expect(store.health()).toMatchObject({ isWritable: true, problem: undefined })
      expect(store.health().bytesOnDisk).toBeGreaterThanOrEqual(0)
    })

    test('after it was closed it says that it is shut down', async () => {
      await store[Symbol.asyncDispose]()
      await expect(store.append([measured(newYear, 1)])).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
    })
  })
}

async function expectLikeModel(opened: OpenedStore, all: readonly Step[]): Promise<void> {
  const model = createStoreModel()
  let { store } = opened
  const cursors = [0]
  let stored = 0 // the cursor of the last batch that stored something
  for (const step of all) {
    if (step.kind === 'reopen') store = await opened.reopen()
    else if (step.kind === 'forget') expect(await store.forget([step])).toBe(model.forget([step]))
    else if (step.kind === 'forgetRuns') expect(await store.forgetRuns(step.runs)).toBe(model.forgetRuns(step.runs))
    else if (step.kind === 'ask') await expectSameAnswers(store, cursors, model, step.questions)
    else {
      const { outcomes, cursor } = await store.append(step.readings)
      expect(outcomes).toEqual(model.append(step.readings, cursor))
      expect(cursor).toBeGreaterThanOrEqual(cursors.at(-1) as number)
      if (outcomes.includes('stored')) {
        expect(cursor).toBeGreaterThan(cursors.at(-1) as number)
        stored = cursor
      }
      cursors.push(cursor)
    }
    const head = await store.head()
    expect(head >= stored && head <= (cursors.at(-1) as number), `the head is ${head}, the last batch that stored something ${stored}`).toBe(true)
  }
}
