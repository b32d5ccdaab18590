// What models cost through the runtimes beside the same calls of onnxruntime in this process, by itself.
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node'
import { createOipRuntime } from '../../src/adapters/oip/oip-runtime.ts'
import { createOnnxRuntime } from '../../src/adapters/onnx/onnx-runtime.ts'
import type { ModelRef, PredictorRuntime } from '../../src/prediction/runtime.ts'
import type { Tensor } from '../../src/prediction/tensor.ts'
import { serveModels } from '../../test/support/oip-server-own.ts'
import { quantile } from '../time/measure.ts'
import { type BenchModel, benchModels } from './models.ts'

/** Of one model; medians of the rounds. Rows a second, one process that computes. */
export interface OnnxFigures {
  readonly model: string
  readonly rows: number
  readonly bareRowsPerSecond: number
  readonly runtimeRowsPerSecond: number
  readonly oipRowsPerSecond: number
  /** Of one row at a time, while nothing else is computed. */
  readonly singleP50Ms: number
  readonly singleP95Ms: number
  /** Of one row at a time while batches of the same model are computed as well, in a process of their own. */
  readonly besidesP95Ms: number
  /** Of this process's event loop meanwhile. */
  readonly lagP99Ms: number
}

export interface OnnxBenchOptions {
  readonly rounds?: number
  /** Of each measurement in a round. */
  readonly seconds?: number
}

/** Batches that are under way at the same time: while one is computed, the next one is sent. */
const atOnce = 2

export async function measureOnnx({ rounds = 5, seconds = 1 }: OnnxBenchOptions = {}): Promise<readonly OnnxFigures[]> {
  await using parts = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-bench-onnx-'))
  parts.defer(() => rm(folder, { recursive: true, force: true }))
  const [one, two, client] = [parts.use(createOnnxRuntime({ processes: 1 })), parts.use(createOnnxRuntime({ processes: 2 })), parts.use(createOipRuntime({ isAllowed: () => true }))]
  const figures: OnnxFigures[] = []
  for (const model of benchModels) {
    const file = await storedIn(folder, model)
    await using server = await serveModels(one, new Map([['model', file]]))
    const remote: ModelRef = { kind: 'remote', url: server.url, model: 'model', version: undefined, encoding: 'BINARY', timeoutMs: 60_000 }
    figures.push(await measureModel(model, { one, two, client, file, remote, rounds, seconds }))
  }
  return figures
}

interface Ways {
  readonly one: PredictorRuntime
  readonly two: PredictorRuntime
  readonly client: PredictorRuntime
  readonly file: ModelRef
  readonly remote: ModelRef
  readonly rounds: number
  readonly seconds: number
}

async function measureModel(model: BenchModel, { one, two, client, file, remote, rounds, seconds }: Ways): Promise<OnnxFigures> {
  const session = await InferenceSession.create(model.bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 })
  const x = rowsOf(model, model.rows)
  const bareX = new OnnxTensor('float32', x.data, [...x.shape])
  const ways = {
    bare: () => rate(model.rows, seconds, 1, () => session.run({ x: bareX })),
    runtime: () => rate(model.rows, seconds, atOnce, () => one.infer(file, [x])),
    oip: () => rate(model.rows, seconds, atOnce, () => client.infer(remote, [x])),
  }
  const rates: Record<keyof typeof ways, number[]> = { bare: [], runtime: [], oip: [] }
  const [alone, besides, lags]: [number[], number[], number[]] = [[], [], []]
  for (const way of Object.values(ways)) await way() // opened, and warm
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) rates[name as keyof typeof ways].push(await way())
    alone.push(...await singles(two, file, model, seconds))
    const stop = new AbortController()
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const batches = keepOn(stop.signal, () => two.infer(file, [x]))
    besides.push(...await singles(two, file, model, seconds))
    stop.abort()
    await batches
    delay.disable()
    lags.push(delay.percentile(99) / 1e6)
  }
  await session.release()
  return {
    model: model.name, rows: model.rows, bareRowsPerSecond: quantile(rates.bare, 0.5), runtimeRowsPerSecond: quantile(rates.runtime, 0.5), oipRowsPerSecond: quantile(rates.oip, 0.5),
    singleP50Ms: quantile(alone, 0.5), singleP95Ms: quantile(alone, 0.95), besidesP95Ms: quantile(besides, 0.95), lagP99Ms: quantile(lags, 0.5),
  }
}

async function storedIn(folder: string, { bytes }: BenchModel): Promise<ModelRef> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const path = join(folder, sha256)
  await writeFile(path, bytes)
  return { kind: 'artifact', sha256, path }
}

function rowsOf({ shape }: BenchModel, rows: number): Tensor & { readonly type: 'FP32' } {
  const size = rows * shape.reduce((product, each) => product * each, 1)
  return { name: 'x', type: 'FP32', shape: [rows, ...shape], data: Float32Array.from({ length: size }, (_, index) => Math.sin(index * 0.37)) }
}

/** Rows a second, so many batches under way at a time. */
async function rate(rows: number, seconds: number, lanes: number, infer: () => Promise<unknown>): Promise<number> {
  const since = performance.now()
  let batches = 0
  const lane = async (): Promise<void> => {
    while (performance.now() - since < seconds * 1_000) {
      await infer()
      batches++
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return batches * rows / ((performance.now() - since) / 1_000)
}

/** Milliseconds of one row at a time, one after the other, with a turn for others in between. */
async function singles(runtime: PredictorRuntime, file: ModelRef, model: BenchModel, seconds: number): Promise<readonly number[]> {
  const row = rowsOf(model, 1)
  const until = performance.now() + seconds * 1_000
  const taken: number[] = []
  while (performance.now() < until) {
    const since = performance.now()
    await runtime.infer(file, [row])
    taken.push(performance.now() - since)
  }
  return taken
}

async function keepOn(signal: AbortSignal, infer: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) await infer()
}

/** As Markdown. */
export function describeOnnx(figures: readonly OnnxFigures[]): string {
  const percent = (part: number, whole: number): string => `${(part / whole * 100).toFixed(0)} %`
  const count = (value: number): string => Math.round(value).toLocaleString('en')
  return [
    '| model | batch | bare, rows/s | runtime | OIP, binary | one row p50 / p95, ms | p95 beside batches | event loop p99 lag, ms |', '|---|---|---|---|---|---|---|---|',
    ...figures.map((each) => `| ${each.model} | ${count(each.rows)} | ${count(each.bareRowsPerSecond)} | ${percent(each.runtimeRowsPerSecond, each.bareRowsPerSecond)} | ${percent(each.oipRowsPerSecond, each.bareRowsPerSecond)} | ${each.singleP50Ms.toFixed(2)} / ${each.singleP95Ms.toFixed(2)} | ${each.besidesP95Ms.toFixed(2)} | ${each.lagP99Ms.toFixed(1)} |`),
  ].join('\n')
}
