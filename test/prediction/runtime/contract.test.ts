import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOipRuntime } from '../../../src/adapters/oip/oip-runtime.ts'
import { createOnnxRuntime } from '../../../src/adapters/onnx/onnx-runtime.ts'
import { type ModelRef, PredictorError, type PredictorRuntime } from '../../../src/prediction/runtime.ts'
import type { Tensor } from '../../../src/prediction/tensor.ts'
import { createModelFiles, echoModel, loopModel, plainModel } from '../../support/onnx-model.ts'
import { serveModels } from '../../support/oip-server-own.ts'
import { type OipServerKind, pythonPath, startOipServer } from '../../support/oip-server.ts'

/** What every runtime is tried with: the models of test/support/onnx-model.ts, as this runtime finds them. */
interface Trial {
  readonly runtime: PredictorRuntime
  readonly plain: ModelRef
  readonly echo: ModelRef
  /** Of x [1], what nobody waits for. */
  readonly endless: ModelRef
  readonly unknown: ModelRef
}

const rowsOf = (rows: number): Tensor & { readonly type: 'FP32' } => ({ name: 'x', type: 'FP32', shape: [rows, 3], data: Float32Array.from({ length: rows * 3 }, (_, index) => Math.sin(index) * 100) })
const byName = (tensors: readonly Tensor[]): ReadonlyMap<string, Tensor> => new Map(tensors.map((tensor) => [tensor.name, tensor]))

/** By the formulas in doubles; models compute in floats. */
function expectPlain(outputs: readonly Tensor[], { shape: [rows = 0], data: x }: Tensor & { readonly type: 'FP32' }): void {
  const [sum, root] = [byName(outputs).get('sum'), byName(outputs).get('root')]
  expect([sum?.type, sum?.shape, root?.type, root?.shape]).toEqual(['FP32', [rows, 1], 'FP32', [rows, 3]])
  for (let row = 0; row < rows; row++) {
    const [a = 0, b = 0, c = 0] = x.subarray(row * 3, row * 3 + 3)
    expect(Math.abs(Number(sum?.data[row]) - (a + 2 * b + 3 * c + 0.5))).toBeLessThan(2e-4)
    expect(Math.abs(Number(root?.data[row * 3]) - Math.sqrt(a * a + 1))).toBeLessThan(2e-5)
  }
}

const rejected = async (promise: Promise<unknown>): Promise<PredictorError> => {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(PredictorError)
  return error as PredictorError
}

function contract(name: string, open: (onnx: () => PredictorRuntime) => Promise<Trial & AsyncDisposable>, timeoutMs?: number): void {
  describe(name, () => {
    let trial: Trial & AsyncDisposable
    beforeAll(async () => { trial = await open(() => createOnnxRuntime({ processes: 2 })) }, timeoutMs)
    afterAll(async () => { await trial[Symbol.asyncDispose]() }, 30_000)

    it('says what a model takes and gives', async () => {
      expect(await trial.runtime.inspect(trial.plain)).toEqual({
        inputs: [{ name: 'x', type: 'FP32', shape: [-1, 3] }],
        outputs: [{ name: 'sum', type: 'FP32', shape: [-1, 1] }, { name: 'root', type: 'FP32', shape: [-1, 3] }],
      })
    })

    it.for([1, 7, 4_096])('computes a batch of %i as the formulas do', async (rows) => {
      const x = rowsOf(rows)
      expectPlain(await trial.runtime.infer(trial.plain, [{ ...x, data: x.data.slice() }]), x)
    })

    it('carries each type without changing a bit', async () => {
      const inputs: readonly Tensor[] = [
        { name: 'FP32', type: 'FP32', shape: [4], data: Float32Array.of(0.1, -1e-30, 3.4e38, 0) },
        { name: 'FP64', type: 'FP64', shape: [4], data: Float64Array.of(0.1, 5e-324, -1.7e308, 1 / 3) },
        { name: 'INT32', type: 'INT32', shape: [4], data: Int32Array.of(0, -1, 2 ** 31 - 1, -(2 ** 31)) },
        { name: 'INT64', type: 'INT64', shape: [4], data: BigInt64Array.of(0n, -1n, 2n ** 53n - 1n, -(2n ** 53n) + 1n) },
        { name: 'BOOL', type: 'BOOL', shape: [4], data: Uint8Array.of(1, 0, 0, 1) },
      ]
      const outputs = byName(await trial.runtime.infer(trial.echo, inputs.map((tensor) => ({ ...tensor, data: tensor.data.slice() }) as Tensor)))
      for (const { name: input, type, shape, data } of inputs) expect(outputs.get(`same_${input}`)).toEqual({ name: `same_${input}`, type, shape, data })
    })

    it('refuses a wrong shape, a wrong type, and data that do not fill their shape, and computes on', async () => {
      const { runtime, plain } = trial
      const wrongShape = await rejected(runtime.infer(plain, [{ name: 'x', type: 'FP32', shape: [2, 2], data: new Float32Array(4) }]))
      const wrongType = await rejected(runtime.infer(plain, [{ name: 'x', type: 'FP64', shape: [1, 3], data: new Float64Array(3) }]))
      const tooFew = await rejected(runtime.infer(plain, [{ name: 'x', type: 'FP32', shape: [2, 3], data: new Float32Array(3) }]))
      for (const { message, isRetryable } of [wrongShape, wrongType]) expect([/\bx\b.*\[-1, 3\]/s.test(message), isRetryable], message).toEqual([true, false])
      if (runtime.id === 'ONNX') expect([wrongShape.code, wrongType.code]).toEqual(['WRONG_SHAPE', 'WRONG_TYPE'])
      expect([tooFew.code, tooFew.message]).toEqual(['WRONG_SHAPE', 'The tensor x has 3 numbers; its shape [2, 3] holds 6.'])
      expectPlain(await runtime.infer(plain, [rowsOf(2)]), rowsOf(2))
    })

    it('says that there is no such model', async () => {
      expect((await rejected(trial.runtime.inspect(trial.unknown))).code).toBe('BAD_MODEL')
      const error = await rejected(trial.runtime.infer(trial.unknown, [rowsOf(1)]))
      expect([error.code, error.isRetryable], error.message).toEqual(['BAD_MODEL', false])
    })

    it('stops waiting when it is told to, with the reason it is given, and computes on', async () => {
      const stop = new AbortController()
      const reason = new Error('Nobody wants it any more.')
      const endless = trial.runtime.infer(trial.endless, [{ name: 'x', type: 'FP32', shape: [1], data: Float32Array.of(1) }], stop.signal)
      const others = [1, 2, 3].map((rows) => trial.runtime.infer(trial.plain, [rowsOf(rows)]))
      expect((await Promise.all(others)).map(([first]) => first?.shape[0])).toEqual([1, 2, 3])
      stop.abort(reason)
      await expect(endless).rejects.toBe(reason)
      await expect(trial.runtime.infer(trial.plain, [rowsOf(1)], stop.signal)).rejects.toBe(reason)
      expectPlain(await trial.runtime.infer(trial.plain, [rowsOf(5)]), rowsOf(5))
    })

    it('gives each of many at the same time its own answer', async () => {
      const sizes = Array.from({ length: 60 }, (_, index) => 1 + index * 7 % 50)
      const answers = await Promise.all(sizes.map((rows) => trial.runtime.infer(trial.plain, [rowsOf(rows)])))
      for (const [index, outputs] of answers.entries()) expectPlain(outputs, rowsOf(sizes[index] ?? 0))
    })

    it('lets this thread go on while a model computes', async () => {
      const stop = new AbortController()
      const endless = trial.runtime.infer(trial.endless, [{ name: 'x', type: 'FP32', shape: [1], data: Float32Array.of(1) }], stop.signal).catch(() => undefined)
      const delay = monitorEventLoopDelay({ resolution: 1 })
      delay.enable()
      for (let batch = 0; batch < 20; batch++) await trial.runtime.infer(trial.plain, [rowsOf(512)])
      delay.disable()
      stop.abort()
      await endless
      expect(delay.percentile(99) / 1e6).toBeLessThan(400) // on a machine with other things to do; bench/prediction/onnx.ts measures it
    })
  })
}

async function ofFiles(runtime: PredictorRuntime): Promise<Trial & AsyncDisposable> {
  const files = await createModelFiles()
  return {
    runtime, plain: await files.put(plainModel()), echo: await files.put(echoModel()), endless: await files.put(loopModel(9e12)),
    unknown: { kind: 'artifact', sha256: '0'.repeat(64), path: '/nowhere/at/all' },
    async [Symbol.asyncDispose]() {
      await runtime[Symbol.asyncDispose]()
      await files[Symbol.asyncDispose]()
    },
  }
}

function ofServer(url: string, encoding: 'BINARY' | 'JSON'): Trial {
  const model = (name: string): ModelRef => ({ kind: 'remote', url, model: name, version: undefined, encoding, timeoutMs: 20_000 })
  return { runtime: createOipRuntime({ isAllowed: () => true }), plain: model('plain'), echo: model('echo'), endless: model('endless'), unknown: model('no such model') }
}

async function ofOwnRoute(onnx: PredictorRuntime, encoding: 'BINARY' | 'JSON'): Promise<Trial & AsyncDisposable> {
  const models = await ofFiles(onnx)
  const server = await serveModels(onnx, new Map([['plain', models.plain], ['echo', models.echo], ['endless', models.endless]]))
  const trial = ofServer(server.url, encoding)
  return {
    ...trial,
    async [Symbol.asyncDispose]() {
      await trial.runtime[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      await models[Symbol.asyncDispose]()
    },
  }
}

async function ofRealServer(kind: OipServerKind, encoding: 'BINARY' | 'JSON'): Promise<Trial & AsyncDisposable> {
  const server = await startOipServer(kind)
  return { ...ofServer(server.url, encoding), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

contract('ONNX in processes', (onnx) => ofFiles(onnx()))
contract('the Open Inference Protocol, our own server, binary tensors', (onnx) => ofOwnRoute(onnx(), 'BINARY'))
contract('the Open Inference Protocol, our own server, JSON', (onnx) => ofOwnRoute(onnx(), 'JSON'))

/** Installs the servers at the first time. */
const installMs = 600_000
describe.skipIf(pythonPath === undefined)('with real servers', () => {
  contract('the Open Inference Protocol, MLServer, JSON', () => ofRealServer('mlserver', 'JSON'), installMs) // its REST server knows no binary tensors
  contract('the Open Inference Protocol, KServe, binary tensors', () => ofRealServer('kserve', 'BINARY'), installMs)
  contract('the Open Inference Protocol, KServe, JSON', () => ofRealServer('kserve', 'JSON'), installMs)
})
