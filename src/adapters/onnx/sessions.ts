import { readFile } from 'node:fs/promises'
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node'
import { checkInputs } from '../../prediction/check-tensors.ts'
import { PredictorError } from '../../prediction/runtime.ts'
import type { Signature, Tensor } from '../../prediction/tensor.ts'
import { scanModel } from './scan-model.ts'
import { toSignature, typeOf, typeTo } from './to-signature.ts'

/** Models that are open in a process: those used last. */
export interface Sessions {
  inspect(sha256: string, path: string): Promise<Signature>
  infer(sha256: string, path: string, inputs: readonly Tensor[]): Promise<readonly Tensor[]>
}

interface OpenModel {
  readonly session: InferenceSession
  readonly signature: Signature
}

export interface SessionsConfig {
  readonly mostOpen: number
  /** Bytes of resident memory beyond which the models that were not used last are closed. */
  readonly softBytes: number
}

/** One thread a model: parallel are processes. */
const options: InferenceSession.SessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all', logSeverityLevel: 4 }

export function createSessions({ mostOpen, softBytes }: SessionsConfig): Sessions {
  const open = new Map<string, OpenModel>() // the one used longest ago first
  const closeAllBut = async (count: number): Promise<void> => {
    for (const [sha256, { session }] of [...open].slice(0, Math.max(0, open.size - count))) {
      open.delete(sha256)
      await session.release()
    }
  }
  const get = async (sha256: string, path: string): Promise<OpenModel> => {
    const model = open.get(sha256) ?? await openModel(path)
    open.delete(sha256)
    open.set(sha256, model)
    await closeAllBut(process.memoryUsage.rss() > softBytes ? 1 : mostOpen)
    return model
  }
  return {
    inspect: async (sha256, path) => (await get(sha256, path)).signature,
    async infer(sha256, path, inputs) {
      const { session, signature } = await get(sha256, path)
      checkInputs(signature, inputs)
      return await run(session, inputs)
    },
  }
}

async function openModel(path: string): Promise<OpenModel> {
  const bytes = await readFile(path).catch((error: unknown) => { throw new PredictorError('BAD_MODEL', `The model's file cannot be read: ${messageOf(error)}`, { cause: error }) })
  scanModel(bytes)
  const session = await InferenceSession.create(bytes, options).catch((error: unknown) => { throw new PredictorError('BAD_MODEL', `The model cannot be opened: ${messageOf(error)}`, { cause: error }) })
  try {
    return { session, signature: toSignature(session) }
  } catch (error) {
    await session.release()
    throw error
  }
}

async function run(session: InferenceSession, inputs: readonly Tensor[]): Promise<readonly Tensor[]> {
  const feeds = Object.fromEntries(inputs.map(({ name, type, shape, data }) => [name, new OnnxTensor(typeTo[type], data, shape)]))
  const given = await session.run(feeds).catch((error: unknown) => { throw failed(messageOf(error), error) })
  return session.outputNames.map((name) => {
    const value = given[name]
    const type = typeOf.get(value?.type ?? '')
    if (value === undefined || type === undefined) throw new PredictorError('MODEL_FAILED', `The model gave nothing for its output ${name}.`)
    return { name, type, shape: value.dims, data: value.data } as Tensor // the runtime's types and arrays go together as ours do
  })
}

const failed = (message: string, cause: unknown): PredictorError =>
  new PredictorError(/Failed to allocate memory|bad_alloc/.test(message) ? 'OUT_OF_MEMORY' : 'MODEL_FAILED', `The model failed: ${message}`, { cause })

/** Without the places in the runtime's own code. */
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/\/onnxruntime_src\/\S+ /g, '').slice(0, 1_000).trim()
