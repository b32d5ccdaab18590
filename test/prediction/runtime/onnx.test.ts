import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesField, message, onnxModel, textField, varintField } from '../../../examples/predictors/onnx-model.ts'
import { createOnnxRuntime } from '../../../src/adapters/onnx/onnx-runtime.ts'
import { PredictorError, type PredictorRuntime } from '../../../src/prediction/runtime.ts'
import type { Tensor } from '../../../src/prediction/tensor.ts'
import { processTree } from '../../../src/util/process-tree.ts'
import { createModelFiles, loopModel, type ModelFiles, plainModel, wideModel } from '../../support/onnx-model.ts'

const one = (value = 1): readonly Tensor[] => [{ name: 'x', type: 'FP32', shape: [1], data: Float32Array.of(value) }]
const row: readonly Tensor[] = [{ name: 'x', type: 'FP32', shape: [1, 3], data: Float32Array.of(1, 2, 3) }]
const so = (count: bigint): readonly Tensor[] => [{ name: 'n', type: 'INT64', shape: [1], data: BigInt64Array.of(count) }]
const x3 = { name: 'x', type: 'FP32', shape: [3] } as const
const y3 = { name: 'y', type: 'FP32', shape: [3] } as const

/** Processes with the runtime in them that come from this one. */
async function runtimeProcesses(): Promise<readonly number[]> {
  const pids = await processTree(process.pid)
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return pids.filter((_, index) => lines[index]?.includes('onnx-process'))
}

describe('ONNX models', () => {
  let files: ModelFiles
  let runtime: PredictorRuntime
  beforeAll(async () => {
    files = await createModelFiles()
    runtime = createOnnxRuntime({ processes: 2, memoryMb: 600, mostMs: 6_000, graceMs: 200 })
  })
  afterAll(async () => {
    await runtime[Symbol.asyncDispose]()
    await files[Symbol.asyncDispose]()
  })
  const refused = async (bytes: Uint8Array, inputs?: readonly Tensor[]): Promise<readonly [string, string]> => {
    const model = await files.put(bytes)
    const error: unknown = await (inputs ? runtime.infer(model, inputs) : runtime.inspect(model)).then(() => undefined, (reason: unknown) => reason)
    expect(error).toBeInstanceOf(PredictorError)
    const { code, message: said } = error as PredictorError
    return [code, said]
  }
  /** It still computes. */
  const expectAlive = async (): Promise<void> => { expect((await runtime.infer(await files.put(plainModel()), row))[0]?.data).toEqual(Float32Array.of(14.5)) }

  it.for<readonly [string, () => Uint8Array, RegExp]>([
    ['an empty file', () => new Uint8Array(0), /is no ONNX model: it is empty/],
    ['a text', () => Buffer.from('hello, I am a model'), /is no ONNX model/],
    ['a model that is cut off', () => plainModel().subarray(0, 100), /cut off/],
    ['an operator that there is not', () => onnxModel({ inputs: [x3], outputs: [y3], nodes: [{ opType: 'Frobnicate', inputs: ['x'], outputs: ['y'] }] }), /Frobnicate/],
    ['a node that reads what there is not', () => onnxModel({ inputs: [x3], outputs: [y3], nodes: [{ opType: 'Relu', inputs: ['nothing'], outputs: ['y'] }] }), /nothing/],
    ['shapes that do not go together', () => onnxModel({ inputs: [x3], outputs: [y3], initializers: [{ name: 'w', shape: [2, 2], data: [1, 2, 3, 4] }], nodes: [{ opType: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }] }), /cannot be opened/],
    ['operators of a time to come', () => onnxModel({ opset: 999, inputs: [x3], outputs: [y3], nodes: [{ opType: 'Relu', inputs: ['x'], outputs: ['y'] }] }), /opset/i],
    ['an input of another type', () => onnxModel({ inputs: [{ name: 'x', type: 'UINT8', shape: [3] }], outputs: [{ name: 'y', type: 'UINT8', shape: [3] }], nodes: [{ opType: 'Identity', inputs: ['x'], outputs: ['y'] }] }), /The input "x" of the model is of the type uint8; it can be a tensor of float32/],
    ['numbers that lie in another file', () => withExternalData('../../etc/passwd'), /The numbers of "w" lie in another file than the model\. Save the model as one file/],
    ['such numbers within a constant', () => withExternalConstant('weights.bin'), /The numbers of "w" lie in another file/],
  ])('refuses %s', async ([, make, words]) => {
    const [code, said] = await refused(make())
    expect([code, said]).toEqual(['BAD_MODEL', expect.stringMatching(words)])
    await expectAlive()
  })

  it('ends what computes too long, and what takes too much memory', async () => {
    expect(await refused(loopModel(9e12), one())).toEqual(['RUNTIME_TIMEOUT', expect.stringMatching(/longer than 6000 ms on one batch/)])
    await expectAlive()
    expect(await refused(wideModel(), so(500_000_000n))).toEqual(['OUT_OF_MEMORY', expect.stringMatching(/more than the 600 MB/)])
    await expectAlive()
    expect(await refused(wideModel(), so(4_000_000_000_000n))).toEqual(['OUT_OF_MEMORY', expect.stringMatching(/Failed to allocate memory/)])
    await expectAlive()
  })

  it('survives a model that aborts the process which computes it', async () => {
    const [code, said] = await refused(abortingModel(), [{ name: 'x', type: 'FP32', shape: [], data: Float32Array.of(1) }])
    expect([code, said]).toEqual(['MODEL_FAILED', expect.stringMatching(/ended its process by SIG/)])
    await expectAlive()
  })

  it('computes for others meanwhile, and gives them what they asked for when a process ends under them', async () => {
    const [plain, endless] = [await files.put(plainModel()), await files.put(loopModel(9e12))]
    const stop = new AbortController()
    const stuck = [1, 2].map((value) => runtime.infer(endless, one(value), stop.signal).catch(() => 'stopped'))
    const waiting = Promise.all(Array.from({ length: 20 }, () => runtime.infer(plain, row))) // both processes are at what does not end
    stop.abort()
    expect((await waiting).every(([sum]) => sum?.data[0] === 14.5)).toBe(true)
    expect(await Promise.all(stuck)).toEqual(['stopped', 'stopped'])
  })

  it('survives whatever is done to a file, and says the same kind of thing each time', async () => {
    const model = plainModel()
    const damage = fc.array(fc.tuple(fc.nat(model.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    await fc.assert(fc.asyncProperty(damage, async (places) => {
      const bytes = Uint8Array.from(model)
      for (const [at, value] of places) bytes[at] = value
      const outcome: unknown = await runtime.infer(await files.put(bytes), row).catch((error: unknown) => error)
      if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(PredictorError)
    }), { numRuns: 150 })
    await expectAlive()
  }, 60_000)

  it('keeps a bounded number of models open, and opens those it closed again', async () => {
    await using few = createOnnxRuntime({ processes: 1, mostOpen: 2 })
    const models = await Promise.all([1, 2, 3, 4, 5].map((factor) => files.put(onnxModel({
      inputs: [x3], outputs: [y3], initializers: [{ name: 'f', shape: [], data: [factor] }], nodes: [{ opType: 'Mul', inputs: ['x', 'f'], outputs: ['y'] }],
    }))))
    for (let round = 0; round < 3; round++) {
      for (const [index, model] of models.entries()) {
        const [y] = await few.infer(model, [{ ...x3, data: Float32Array.of(1, 2, 3) }])
        expect(y?.data).toEqual(Float32Array.of(1, 2, 3).map((each) => each * (index + 1)))
      }
    }
  })

  it.skipIf(process.platform !== 'linux')('leaves no process behind, whatever it is at, and refuses from then on', async () => {
    const before = new Set(await runtimeProcesses())
    const short = createOnnxRuntime({ processes: 2 })
    const endless = await files.put(loopModel(9e12))
    const stuck = [1, 2, 3].map((value) => short.infer(endless, one(value)).then(() => 'done', (error: unknown) => (error as PredictorError).code))
    await expect.poll(async () => (await runtimeProcesses()).filter((pid) => !before.has(pid))).toHaveLength(2)
    await short[Symbol.asyncDispose]()
    expect(await Promise.all(stuck)).toEqual(['RUNTIME_UNAVAILABLE', 'RUNTIME_UNAVAILABLE', 'RUNTIME_UNAVAILABLE'])
    expect((await runtimeProcesses()).filter((pid) => !before.has(pid))).toEqual([])
    await expect(short.infer(endless, one())).rejects.toMatchObject({ code: 'RUNTIME_UNAVAILABLE', isRetryable: true })
  })
})

/** TensorProto: FP32 [3], its data in a file of this name. */
const externalTensor = (location: string): Uint8Array =>
  message(varintField(1, 3), varintField(2, 1), textField(8, 'w'), bytesField(13, message(textField(1, 'location'), textField(2, location))), varintField(14, 1))
const value = (name: string): Uint8Array => message(textField(1, name), bytesField(2, bytesField(1, message(varintField(1, 1), bytesField(2, bytesField(1, varintField(1, 3)))))))
const modelOf = (...graph: readonly Uint8Array[]): Uint8Array =>
  message(varintField(1, 8), bytesField(7, message(...graph, textField(2, 'g'), bytesField(11, value('x')), bytesField(12, value('y')))), bytesField(8, message(textField(1, ''), varintField(2, 17))))
const add = bytesField(1, message(textField(1, 'x'), textField(1, 'w'), textField(2, 'y'), textField(4, 'Add')))

const withExternalData = (location: string): Uint8Array => modelOf(add, bytesField(5, externalTensor(location)))
const withExternalConstant = (location: string): Uint8Array =>
  modelOf(bytesField(1, message(textField(2, 'w'), textField(4, 'Constant'), bytesField(5, message(textField(1, 'value'), bytesField(5, externalTensor(location)), varintField(20, 4))))), add)

/** It does not say which shape it takes, so that the runtime comes to compute with one number where it needs rows of rows: it aborts (seen with onnxruntime 1.30.0). */
const abortingModel = (): Uint8Array => onnxModel({
  inputs: [{ name: 'x', type: 'FP32' }], outputs: [{ name: 'y', type: 'FP32' }],
  initializers: [{ name: 'w', shape: [1, 8, 3], data: new Float32Array(24) }, { name: 'r', shape: [1, 8, 2], data: new Float32Array(16) }],
  nodes: [{ opType: 'LSTM', inputs: ['x', 'w', 'r'], outputs: ['y'], attributes: { hidden_size: 2 } }],
})
