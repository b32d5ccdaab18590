import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { EngineHost, EngineWork } from '../../simulation/engine-host.ts'
import { EngineError } from '../../simulation/engine-program.ts'
import { converse, type WorkerAtWork } from '../../simulation/worker/converse.ts'
import { engineHostDefaults, type EngineHostConfig } from '../../simulation/worker/engine-hosts.ts'
import { createSlots } from '../../simulation/worker/slots.ts'
import { toOrder } from '../../simulation/worker/to-order.ts'
import type { FromWorker } from '../../simulation/worker/wire.ts'

/** Longer than a thread keeps the model of its last run open, so that it has closed it by then. */
const threadIdleMs = 60_000

/**
 * The heap of a thread may grow so many times as large as `memoryMb`. That is wide because growing to V8's limit ends the thread, but one allocation that goes far beyond it
 * ends the whole process (seen with Node 24). What lies beside the heap the thread looks after itself, each time its engine gives results or progress.
 */
const heapFactor = 4

/** Engines in threads of this process: the quickest, for engines that are ours to trust with it. Threads have no environment. */
export function createThreadHost({ atOnce, memoryMb, graceMs = engineHostDefaults.graceMs, silenceMs = engineHostDefaults.silenceMs, folder = tmpdir() }: EngineHostConfig): EngineHost {
  const slots = createSlots(atOnce)
  const root = mkdtemp(join(folder, 'twinfold-threads-'))
  root.catch(() => undefined) // told to whoever computes
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./engine-thread.ts', import.meta.url)),
    minThreads: 0,
    maxThreads: atOnce,
    idleTimeout: threadIdleMs,
    atomics: 'disabled', // a thread that waits for work by Atomics closes no model
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapFactor * memoryMb },
  })
  pool.on('error', () => undefined) // of a thread without work; the next work gets another one
  return {
    atOnce,
    async compute(work, listener, signal) {
      const giveBack = await slots.take(signal)
      const { port1: port, port2: theirs } = new MessageChannel()
      try {
        const worker = start(pool, work, memoryMb, await root, port, theirs)
        const outcome = converse(worker, listener, { signal, graceMs: work.engine.cancel === 'KILL' ? 0 : graceMs, silenceMs })
        return await outcome.finally(() => worker.free)
      } finally {
        port.close()
        giveBack()
      }
    },
    async [Symbol.asyncDispose]() {
      await pool.destroy()
      await rm(await root, { recursive: true, force: true })
    },
  }
}

function start(pool: Piscina, work: EngineWork, memoryMb: number, root: string, port: MessagePort, theirs: MessagePort): WorkerAtWork & { readonly free: Promise<void> } {
  const ender = new AbortController()
  const ended = Promise.withResolvers<EngineError>()
  const free = (pool.run({ port: theirs, order: toOrder(work, root, memoryMb) }, { transferList: [theirs], signal: ender.signal }) as Promise<void>)
    .catch((error: unknown) => { ended.resolve(whyEnded(error, memoryMb)) })
  return {
    free,
    wire: {
      post: (message) => { port.postMessage(message) },
      listen(listener) {
        const onMessage = (message: FromWorker): void => { listener(message) }
        port.on('message', onMessage)
        return () => { port.off('message', onMessage) }
      },
    },
    ended: ended.promise,
    end: () => { ender.abort() },
  }
}

function whyEnded(error: unknown, memoryMb: number): EngineError {
  const { code, message } = error instanceof Error ? error as NodeJS.ErrnoException : { code: undefined, message: String(error) }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return new EngineError('OUT_OF_MEMORY', `The engine took more than the ${memoryMb} MB of memory that a run may have.`, { cause: error })
  return new EngineError('ENGINE_CRASHED', `The thread that computed has ended: ${message}.`, { isRetryable: true, cause: error })
}
