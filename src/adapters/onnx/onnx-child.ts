import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { PredictorError } from '../../prediction/runtime.ts'
import { keepTail } from '../../util/keep-tail.ts'
import { kill, residentMb } from '../../util/process-tree.ts'
import { createFrameReader, writeFrame } from './frames.ts'
import type { OnnxAnswer, OnnxOrder, OnnxReply } from './wire.ts'

/** A process that computes. */
export interface OnnxChild {
  /** Resolves to the answer. Rejects with a `PredictorError` when the process ends before. */
  ask(order: OnnxOrder, data: readonly Uint8Array[]): Promise<OnnxReply>
  /** Orders that are not answered yet. */
  readonly waiting: number
  /** Ends it, for this reason. Resolves when it is gone. */
  end(reason: PredictorError): Promise<void>
  /** Resolves when it is gone. */
  readonly gone: Promise<void>
}

export interface OnnxChildOptions {
  /** MiB of resident memory; more ends it. */
  readonly memoryMb: number
  readonly mostOpen: number
}

const watchMs = 100

/** Starts it; orders may be given at once. */
export function startOnnxChild({ memoryMb, mostOpen }: OnnxChildOptions): OnnxChild {
  const child = spawn(process.execPath, [`--max-old-space-size=${memoryMb}`, fileURLToPath(new URL('./onnx-process.ts', import.meta.url)), ...[process.pid, memoryMb, mostOpen].map(String)], {
    env: {}, detached: true, stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const [said, socket] = [keepTail(child.stderr), child.stdio[3] as Socket] // a pipe of a child is a socket
  const waiting: PromiseWithResolvers<OnnxReply>[] = []
  const gone = Promise.withResolvers<void>()
  let reason: PredictorError | undefined

  const endAll = (why: PredictorError): void => {
    clearInterval(watch)
    for (const { reject } of waiting.splice(0)) reject(why)
    gone.resolve()
  }
  const end = (why: PredictorError): void => {
    reason ??= why
    if (child.pid !== undefined) kill(process.platform === 'win32' ? child.pid : -child.pid)
  }
  /** It keeps this process from ending only while it has something to do. */
  const hold = (): void => {
    const how = waiting.length > 0 ? 'ref' : 'unref'
    child[how]()
    socket[how]()
    if (child.stderr instanceof Socket) child.stderr[how]()
  }
  const watch = setInterval(() => {
    if (waiting.length > 0) void residentMb(child.pid ?? 0).then((used) => { if (used > memoryMb) end(outOfMemory(memoryMb)) })
  }, watchMs).unref()

  socket.on('data', createFrameReader(({ json, data }) => {
    waiting.shift()?.resolve({ answer: json as OnnxAnswer, data }) // as our own process wrote it
    hold()
  }))
  socket.on('error', () => undefined) // it has ended: its exit tells
  child.on('error', (error) => { endAll(new PredictorError('RUNTIME_UNAVAILABLE', `No process for models can be started: ${error.message}`, { isRetryable: true, cause: error })) })
  child.once('exit', (code, signal) => setImmediate(() => { endAll(reason ?? crashed(code, signal, said.text(), memoryMb)) })) // when the rest of what it said has come
  return {
    get waiting() {
      return waiting.length
    },
    ask(order, data) {
      const asked = Promise.withResolvers<OnnxReply>()
      waiting.push(asked)
      hold()
      writeFrame(socket, JSON.stringify(order), data)
      return asked.promise
    },
    async end(why) {
      child.ref()
      end(why)
      await gone.promise
    },
    gone: gone.promise,
  }
}

const outOfMemory = (memoryMb: number): PredictorError => new PredictorError('OUT_OF_MEMORY', `The model took more than the ${memoryMb} MB of memory that models may have. Give it fewer rows at a time, or a smaller model.`)

function crashed(code: number | null, signal: NodeJS.Signals | null, said: string, memoryMb: number): PredictorError {
  if (/heap out of memory|bad_alloc/.test(said)) return outOfMemory(memoryMb)
  const last = said === '' ? '' : ` The last that it said: ${said.slice(-1_000)}`
  return new PredictorError('MODEL_FAILED', `The model ended its process ${signal === null ? `with exit code ${code}` : `by ${signal}`}: its file is broken, or the runtime is.${last}`)
}
