import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDuckdbTelemetryStore } from '../../../src/adapters/duckdb/telemetry-store.ts'
import type { OutputSeries } from '../../../src/simulation/engine.ts'
import { memberRun, resultKey } from '../../../src/simulation/result-series.ts'
import { createResultSink } from '../../../src/simulation/result-sink.ts'
import type { NewReading } from '../../../src/telemetry/reading.ts'
import type { TelemetryStore } from '../../../src/telemetry/telemetry-store.ts'

const from = 1_767_225_600_000_000
const outputs: readonly OutputSeries[] = [
  { twin: 'pump-1', name: 'flow', kind: 'float', affine: { scale: 2, shift: 1 } },
  { twin: 'pump-1', name: 'motor.current', kind: 'float' },
  { twin: 'pump-1', name: 'running', kind: 'boolean' },
  { twin: 'pump-1', name: 'starts', kind: 'integer' },
]
const always = { from: -Infinity, to: Infinity }

describe('What a run gives', () => {
  let directory: string
  let store: TelemetryStore
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'twinfold-results-'))
    store = await createDuckdbTelemetryStore({ directory })
  })
  afterEach(async () => {
    await store[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  })
  const kept = async (output: OutputSeries, run: string): Promise<readonly (readonly [number, unknown])[]> =>
    ((await store.readings([resultKey(output, run)], always, { first: 100_000 }))[0] ?? []).map(({ at, value }) => [at, value])

  test('is kept as readings of the run in the units and kinds of its series, at the simulated times; where there is no number, there is no reading', async () => {
    const sink = createResultSink({ store, run: 'r', outputs, from, mostValues: 100 })
    await sink.take({ member: undefined, at: Float64Array.of(0, 60e6), values: Float64Array.of(1.5, 7, 1, 3, NaN, 8, 0, 4) })
    expect(await kept(outputs[0] as OutputSeries, 'r')).toEqual([[from, 4]])
    expect(await store.readings([{ twin: 'pump-1#motor', name: 'current', kind: 'float', source: 'SIMULATED', run: 'r' }], always, { first: 9 })).toMatchObject([[{ at: from, value: 7 }, { at: from + 60e6, value: 8 }]])
    expect(await kept(outputs[2] as OutputSeries, 'r')).toEqual([[from, true], [from + 60e6, false]])
    expect(await kept(outputs[3] as OutputSeries, 'r')).toEqual([[from, 3n], [from + 60e6, 4n]])
    expect(sink.values).toBe(7)
  })

  test('is the same when it is given again, whole or in part, in whichever portions; members of a sweep are apart', async () => {
    let runs = 0
    await fc.assert(fc.asyncProperty(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 60 }), fc.nat(), fc.integer({ min: 1, max: 7 }), fc.option(fc.nat(3), { nil: undefined }), async (numbers, broken, portion, member) => {
      const run = `run-${++runs}`
      const [output] = outputs as readonly [OutputSeries]
      const give = async (count: number, size: number): Promise<void> => {
        const sink = createResultSink({ store, run, outputs: [output], from, mostValues: 1_000 })
        for (let start = 0; start < count; start += size) {
          const some = numbers.slice(start, Math.min(count, start + size))
          await sink.take({ member, at: Float64Array.from(some, (_, index) => (start + index) * 1e6), values: Float64Array.from(some) })
        }
      }
      await give(broken % (numbers.length + 1), portion) // an attempt that broke off
      await give(numbers.length, 3)
      await give(numbers.length, 60)
      expect(await kept(output, memberRun(run, member))).toEqual(numbers.map((number, index) => [from + index * 1e6, number * 2 + 1]))
    }), { numRuns: 25 })
  }, 60_000)

  test('is asked for no faster than it can be kept', async () => {
    let [underWay, most] = [0, 0]
    const slow = {
      async append(readings: readonly NewReading[]) {
        most = Math.max(most, ++underWay)
        const appended = await store.append(readings)
        underWay--
        return appended
      },
    }
    const sink = createResultSink({ store: slow, run: 'r', outputs, from, mostValues: 1e6 })
    const frames = 8_000
    await sink.take({ member: undefined, at: Float64Array.from({ length: frames }, (_, index) => index * 1e6), values: new Float64Array(frames * outputs.length).fill(1) })
    expect([most, sink.values]).toEqual([1, frames * outputs.length])
    expect((await kept(outputs[1] as OutputSeries, 'r'))).toHaveLength(frames)
  })

  test('is bounded: more ends the run, and what no series can hold does, too', async () => {
    const sink = createResultSink({ store, run: 'r', outputs: outputs.slice(1, 2), from, mostValues: 10 })
    await sink.take({ member: undefined, at: new Float64Array(10).map((_, index) => index), values: new Float64Array(10) })
    await expect(sink.take({ member: undefined, at: Float64Array.of(11), values: Float64Array.of(1) })).rejects.toMatchObject({ code: 'RESULTS_TOO_LARGE', isRetryable: false })
    const other = createResultSink({ store, run: 'r', outputs, from, mostValues: 10 })
    await expect(other.take({ member: undefined, at: Float64Array.of(0), values: Float64Array.of(Infinity, 1, 1, 1) })).rejects.toMatchObject({ code: 'BAD_RESULT', twin: 'pump-1', message: expect.stringContaining('flow') as string })
  })
})
