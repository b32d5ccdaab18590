import type { MessagePort } from 'node:worker_threads'
import { loadProgram } from '../../simulation/worker/load-program.ts'
import { createPerformer } from '../../simulation/worker/perform.ts'
import type { ToWorker, WorkOrder } from '../../simulation/worker/wire.ts'
import { yieldToOthers } from '../../util/yield-to-others.ts'

yieldToOthers(false)

/** The other end of thread-host.ts: a thread that computes. */
const performer = createPerformer({ load: loadProgram, idleMs: 30_000 })

export default async function perform({ port, order }: { readonly port: MessagePort; readonly order: WorkOrder }): Promise<void> {
  let isFull = false
  await performer.perform(order, {
    post(message, transfer = []) {
      if (message.kind === 'failed' && message.failure.code === 'OUT_OF_MEMORY') isFull = true
      port.postMessage(message, transfer)
    },
    listen(listener) {
      const onMessage = (message: ToWorker): void => { listener(message) }
      port.on('message', onMessage)
      return () => { port.off('message', onMessage) }
    },
  })
  if (isFull) process.exit() // ends this thread, and so frees what the engine may have kept
}
