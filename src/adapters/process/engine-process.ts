import { Worker } from 'node:worker_threads'
import { endGroup } from '../../util/end-group.ts'
import { loadProgram } from '../../simulation/worker/load-program.ts'
import { createPerformer } from '../../simulation/worker/perform.ts'
import type { FromWorker, ToWorker, WorkerWire, WorkOrder } from '../../simulation/worker/wire.ts'
import { yieldToOthers } from '../../util/yield-to-others.ts'

/** The other end of engine-host.ts: a process that computes the work of one run. It leads a process group, which ends with it and with its parent. */
const performer = createPerformer({ load: loadProgram, idleMs: 30_000 })
let listener: ((message: ToWorker) => void) | undefined

const wire: WorkerWire = {
  post: (message: FromWorker) => { process.send?.(message) },
  listen(next) {
    listener = next
    return () => { listener = undefined }
  },
}
process.on('message', (message: ToWorker | { readonly kind: 'work'; readonly order: WorkOrder }) => {
  if (message.kind === 'work') void performer.perform(message.order, wire)
  else listener?.(message)
})
process.on('disconnect', () => { endGroup() })
if (process.platform !== 'win32') new Worker(new URL('./parent-watch.ts', import.meta.url), { workerData: Number(process.argv[2]), env: {}, resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined) // the parent decides
yieldToOthers(true) // after the watch over the parent has begun, which is to go first
