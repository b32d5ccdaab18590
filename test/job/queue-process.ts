import { setTimeout as pause } from 'node:timers/promises'
import { createBullmqRunQueue } from '../../src/adapters/redis/run-queue.ts'

/** A process that has a queue: `work`: keeps a job until it is killed; `end`: ends when it has done nothing; `end without Redis`: a moment after Redis is gone. */
const [url = '', tenant = '', how] = process.argv.slice(2)
const away = Promise.withResolvers<void>()
const queue = createBullmqRunQueue({ url, tenant, lockMs: 1_000, log: { warn: () => { away.resolve() }, info: () => undefined, error: () => undefined } })
queue.work(async () => {
  process.stdout.write('at work\n')
  await pause(600_000)
}, 1)
if (how !== 'work') {
  await queue.cancel('none') // it is connected
  process.stdout.write('ready\n')
  if (how === 'end without Redis') await away.promise
  await queue[Symbol.asyncDispose]()
}
