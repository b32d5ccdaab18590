import { writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { bytesOf, toWire } from '../../prediction/oip/encode.ts'
import { decodeTensors } from '../../prediction/oip/decode.ts'
import { PredictorError } from '../../prediction/runtime.ts'
import type { Tensor } from '../../prediction/tensor.ts'
import { yieldToOthers } from '../../util/yield-to-others.ts'
import { endGroup } from '../../util/end-group.ts'
import { createFrameSource, writeFrameNow } from './frames.ts'
import { createSessions } from './sessions.ts'
import type { OnnxAnswer, OnnxOrder } from './wire.ts'

/** The other end of onnx-child.ts: a process that computes one order after the other. It leads a process group, which ends with its parent. */
const [parent, memoryMb, mostOpen] = process.argv.slice(2).map(Number) as [number, number, number]
const sessions = createSessions({ mostOpen, softBytes: memoryMb * 2 ** 19 })
const channel = 3

const answer = (said: OnnxAnswer, tensors: readonly Tensor[] = []): void => { writeFrameNow(channel, JSON.stringify(said), tensors.map(bytesOf)) }

async function perform({ kind, sha256, path, tensors }: OnnxOrder, data: Uint8Array): Promise<void> {
  try {
    if (kind === 'inspect') return answer({ kind: 'signature', signature: await sessions.inspect(sha256, path) })
    const outputs = await sessions.infer(sha256, path, decodeTensors('inputs', tensors, data))
    answer({ kind: 'tensors', tensors: outputs.map((tensor) => toWire(tensor, { parameters: { binary_data_size: tensor.data.byteLength } })) }, outputs)
  } catch (error) {
    if (!(error instanceof PredictorError)) throw error // a bug; the parent tells how the process ended
    answer({ kind: 'failed', code: error.code, message: error.message })
  }
}

if (process.platform !== 'win32') new Worker(new URL('../process/parent-watch.ts', import.meta.url), { workerData: parent, env: {}, resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref()
if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', '1000') // when the machine has no memory left, it is this process that ends
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined) // the parent decides
yieldToOthers(true) // after the watch over the parent has begun, which is to go first

const next = createFrameSource(channel)
for (let frame = next(); frame !== undefined; frame = next()) await perform(frame.json as OnnxOrder, frame.data) // as the parent wrote it
endGroup()
