import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStatisticsRuntime } from '../../../src/adapters/augurs/statistics-runtime.ts'
import { createStatisticsThreads } from '../../../src/adapters/augurs/statistics-threads.ts'
import { checkOutputs } from '../../../src/prediction/check-tensors.ts'
import { type ModelRef, PredictorError, type PredictorRuntime, type StatisticsMethod } from '../../../src/prediction/runtime.ts'
import type { Tensor } from '../../../src/prediction/tensor.ts'
import { noise } from './noise.ts'

let runtime: PredictorRuntime
beforeAll(() => { runtime = createStatisticsRuntime() })
afterAll(() => runtime[Symbol.asyncDispose]())

const model = (method: StatisticsMethod, options: Readonly<Record<string, number>> = {}): ModelRef => ({ kind: 'method', method, options })
const history = (...rows: readonly (readonly number[])[]): Tensor => ({ name: 'history', type: 'FP64', shape: [rows.length, rows[0]?.length ?? 0], data: Float64Array.from(rows.flat()) })
const infer = async (ref: ModelRef, ...rows: readonly (readonly number[])[]): Promise<Readonly<Record<string, Tensor>>> => {
  const outputs = await runtime.infer(ref, [history(...rows)])
  checkOutputs(await runtime.inspect(ref), outputs)
  return Object.fromEntries(outputs.map((output) => [output.name, output]))
}
const refusal = async (promise: Promise<unknown>): Promise<readonly [string, string]> => {
  const error: unknown = await promise.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(PredictorError)
  const { code, message } = error as PredictorError
  return [code, message]
}

const daily = (length: number, from = 0): readonly number[] => Array.from({ length }, (_, at) => 20 + 5 * Math.sin(((at + from) / 24) * 2 * Math.PI))
const season = model('MSTL', { season: 24, horizon: 24 })

describe('Built-in statistics', () => {
  it('say what they take and give', async () => {
    expect(await runtime.inspect(model('MSTL', { season: 24, horizon: 6 }))).toEqual({
      inputs: [{ name: 'history', type: 'FP64', shape: [-1, -1] }], outputs: ['mean', 'lower', 'upper'].map((name) => ({ name, type: 'FP64', shape: [-1, 6] })),
    })
    expect((await runtime.inspect(model('CHANGEPOINT'))).outputs).toEqual([{ name: 'probability', type: 'FP64', shape: [-1, -1] }, { name: 'isChangepoint', type: 'BOOL', shape: [-1, -1] }])
  })

  it('go on with a season, each row of a batch by itself, whatever is missing', async () => {
    const gaps = daily(240, 7).map((value, at) => (at < 3 || at % 37 === 0 ? NaN : value))
    const { mean, lower, upper } = await infer(season, daily(240), gaps)
    const truth = [...daily(24, 240), ...daily(24, 247)]
    expect(mean?.shape).toEqual([2, 24])
    for (const [index, value] of truth.slice(0, 24).entries()) expect(Number(mean?.data[index])).toBeCloseTo(value, 1)
    for (const [index, value] of truth.slice(24).entries()) expect(Math.abs(Number(mean?.data[24 + index]) - value)).toBeLessThan(1.5)
    for (let index = 0; index < 48; index++) expect([Number(lower?.data[index]) <= Number(mean?.data[index]), Number(mean?.data[index]) <= Number(upper?.data[index])]).toEqual([true, true])
  })

  it('follow a line without a season', async () => {
    const next = noise(1)
    const { mean } = await infer(model('ETS', { horizon: 3 }), Array.from({ length: 80 }, (_, at) => 2 * at + next() / 10))
    for (const [step, value] of [...mean?.data ?? []].entries()) expect(Math.abs(Number(value) - 2 * (80 + step))).toBeLessThan(1)
  })

  it('find where a mean changes, and nothing where none does', async () => {
    const next = noise(7)
    const steady = Array.from({ length: 200 }, next)
    const { probability, isChangepoint } = await infer(model('CHANGEPOINT'), steady, steady.map((value, at) => (at < 120 ? value : value + 6)))
    const [none, one] = [[...isChangepoint?.data ?? []].slice(0, 200), [...isChangepoint?.data ?? []].slice(200)]
    expect(none.filter((mark) => Number(mark) === 1)).toEqual([])
    expect(one.flatMap((mark, at) => (Number(mark) === 1 ? [at] : []))).toEqual([120])
    expect(Number(probability?.data[200 + 120])).toBeGreaterThan(0.5)
    expect([...probability?.data ?? []].every((value) => Number(value) >= 0 && Number(value) <= 1)).toBe(true)
  })

  it('measure the last value by the deviation that half of the values keep within', async () => {
    const { score, isOutlier } = await infer(model('OUTLIER_MAD'), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 30], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 6], Array.from({ length: 11 }, () => 4))
    expect([...score?.data ?? []].map((value) => Number(value).toFixed(4))).toEqual([((30 - 6) / (1.4826 * 3)).toFixed(4), '0.0000', '0.0000'])
    expect([...isOutlier?.data ?? []]).toEqual([1, 0, 0])
  })

  it('say nothing of a history that cannot be forecast, and what they say of the others stays; of such histories alone they say why', async () => {
    const huge = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? -1e300 : 1e300))
    const { mean } = await infer(model('ETS'), daily(20), huge, daily(20, 3))
    expect([...mean?.data ?? []].map((value) => Number.isFinite(Number(value)))).toEqual([true, false, true])
    expect(await refusal(infer(model('ETS'), huge))).toEqual(['MODEL_FAILED', 'Row 0: What was forecast of the history are no finite numbers.'])
  })

  it('are overloaded where their threads are, and not broken', async () => {
    await using threads = createStatisticsThreads({ threads: 1, mostWaiting: 0 })
    await using overloaded = createStatisticsRuntime({ threads })
    await expect(overloaded.infer(model('ETS'), [history(daily(20))])).rejects.toMatchObject({ code: 'OVERLOADED' })
  })

  it('refuse what they cannot use, and say what they take', async () => {
    expect(await refusal(runtime.inspect(model('MSTL')))).toEqual(['BAD_MODEL', expect.stringMatching(/MSTL needs the option season/)])
    expect(await refusal(runtime.inspect(model('ETS', { season: 24 })))).toEqual(['BAD_MODEL', expect.stringMatching(/ETS has no option "season"/)])
    expect(await refusal(runtime.inspect(model('ETS', { horizon: 1.5 })))).toEqual(['BAD_MODEL', expect.stringMatching(/horizon.*whole number from 1 to 1000/)])
    expect(await refusal(infer(season, daily(40)))).toEqual(['WRONG_SHAPE', expect.stringMatching(/^Row 0: .*two seasons: 48/)])
    expect(await refusal(infer(model('ETS'), daily(20), [...daily(5), ...Array.from({ length: 15 }, () => NaN)]))).toEqual(['WRONG_SHAPE', expect.stringMatching(/^Row 1: .*at least 10/)])
    expect(await refusal(infer(model('ETS'), [...daily(20), Infinity]))).toEqual(['WRONG_SHAPE', expect.stringMatching(/infinite/)])
    expect(await refusal(infer(model('OUTLIER_MAD'), [...daily(20), NaN]))).toEqual(['WRONG_SHAPE', expect.stringMatching(/missing/)])
    expect(await refusal(runtime.infer(season, [{ name: 'history', type: 'FP32', shape: [1, 48], data: new Float32Array(48) }]))).toEqual(['WRONG_TYPE', expect.stringMatching(/history/)])
    expect(await refusal(runtime.infer(season, [{ name: 'history', type: 'FP64', shape: [2, 48], data: new Float64Array(48) }]))).toEqual(['WRONG_SHAPE', expect.stringMatching(/holds 96/)])
    expect((await infer(season, daily(240)))['mean']?.shape).toEqual([1, 24])
  })

  it('stop waiting when they are told to, with the reason they are given, and leave this thread free while they compute', async () => {
    const stop = new AbortController()
    const reason = new Error('Nobody wants it any more.')
    const rows = Array.from({ length: 400 }, (_, row) => daily(1_000, row))
    const lag = monitorEventLoopDelay({ resolution: 1 })
    const long = runtime.infer(season, [history(...rows)], stop.signal)
    lag.enable()
    expect((await infer(model('OUTLIER_MAD'), daily(20)))['score']?.shape).toEqual([1, 1])
    lag.disable()
    stop.abort(reason)
    await expect(long).rejects.toBe(reason)
    await expect(runtime.infer(season, [history(daily(240))], stop.signal)).rejects.toBe(reason)
    expect(lag.percentile(99) / 1e6).toBeLessThan(50)
  })
})
