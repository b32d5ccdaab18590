import { createRequire } from 'node:module'
import { decodeTensors } from '../../prediction/oip/decode.ts'
import { bytesOf, toWire } from '../../prediction/oip/encode.ts'
import { checkInputs } from '../../prediction/check-tensors.ts'
import { type ModelRef, PredictorError, type PredictorRuntime } from '../../prediction/runtime.ts'
import type { Signature, Tensor } from '../../prediction/tensor.ts'
import { createProcessPool, type ProcessPoolConfig } from './process-pool.ts'
import { mostFrameBytes } from './frames.ts'
import type { OnnxReply } from './wire.ts'

export type OnnxRuntimeConfig = Partial<ProcessPoolConfig>

export const onnxDefaults: ProcessPoolConfig = { processes: 2, memoryMb: 1_024, mostOpen: 16, graceMs: 500, mostMs: 60_000, mostWaiting: 1_000 }

const require = createRequire(import.meta.url)
const { version } = require('onnxruntime-node/package.json') as { readonly version: string } // without loading the library itself

/**
 * ONNX models by onnxruntime, in processes of their own. A thread will not do: a broken file can abort the process that opens it, and a computation that does not end can
 * neither be stopped, nor does a process exit while one of its threads is at it (both seen with 1.30.0). Processes have no environment, a low priority and a bound of memory.
 */
export function createOnnxRuntime(config: OnnxRuntimeConfig = {}): PredictorRuntime {
  const pool = createProcessPool({ ...onnxDefaults, ...config })
  return {
    id: 'ONNX',
    version,
    async inspect(model, signal): Promise<Signature> {
      const { answer } = succeeded(await pool.ask({ kind: 'inspect', ...fileOf(model), tensors: [] }, [], signal))
      if (answer.kind !== 'signature') throw new TypeError(`An answer of the kind ${answer.kind} to a question for the signature.`)
      return answer.signature
    },
    async infer(model, inputs, signal): Promise<readonly Tensor[]> {
      const file = fileOf(model)
      checkInputs({ inputs: null, outputs: null }, inputs)
      const data = inputs.map(bytesOf)
      if (data.reduce((sum, { length }) => sum + length, 0) > mostFrameBytes) throw new PredictorError('WRONG_SHAPE', 'The batch has more than 2 GiB. Give fewer rows at a time.')
      const tensors = inputs.map((tensor) => toWire(tensor, { parameters: { binary_data_size: tensor.data.byteLength } }))
      const { answer, data: given } = succeeded(await pool.ask({ kind: 'infer', ...file, tensors }, data, signal))
      if (answer.kind !== 'tensors') throw new TypeError(`An answer of the kind ${answer.kind} to a batch.`)
      return decodeTensors('outputs', answer.tensors, given)
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}

function succeeded(reply: OnnxReply): OnnxReply {
  if (reply.answer.kind === 'failed') throw new PredictorError(reply.answer.code, reply.answer.message)
  return reply
}

function fileOf(model: ModelRef): { readonly sha256: string; readonly path: string } {
  if (model.kind !== 'artifact') throw new TypeError(`A model of the kind ${model.kind} was given to the runtime for ONNX files.`)
  return { sha256: model.sha256, path: model.path }
}
