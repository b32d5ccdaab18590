import { DelayedError, type Job as BullJob, Queue, WaitingError, Worker as BullWorker } from 'bullmq'
import { failure } from '../../errors.ts'
import { RunCancelled } from '../../job/cancelled.ts'
import type { Job, RunQueue, Worker } from '../../job/run-queue.ts'
import { nowMicroseconds } from '../../util/clock.ts'
import { openQueueClients, type QueueClients, type QueueLog } from './queue-clients.ts'

export interface BullmqRunQueueConfig {
  /** `redis://user:password@host:port`, or `rediss://…` for TLS. */
  readonly url: string
  readonly tenant: string
  readonly log: QueueLog & { error(details: object, message: string): void }
  /** How long a process that has a job may be silent before another gets it, in ms. */
  readonly lockMs?: number
}

/** What Redis does not answer within it counts as refused. */
const silentMs = 1_800
/** How long Redis may take to note, at the end, which jobs were done. */
const farewellMs = 1_000
/** One that came while it is worked on comes again after it. */
const againMs = 1_000
/** Greater goes first here, and smaller there, where 0 is before all that have a priority. */
const mostPriority = 100

/** What Redis keeps of a job: what it is stands in the store of runs. */
type Data = Job

/**
 * Whose turn it is among several processes: BullMQ's queue `twinfold-<tenant>`, a job a run. A job is named by its run, so that it waits once, and is gone when it was done.
 * Jobs of a process that ended come again after `lockMs`. What Redis forgets, the store of runs remembers.
 */
export function createBullmqRunQueue({ url, tenant, log, lockMs = 10_000 }: BullmqRunQueueConfig): RunQueue {
  const name = `twinfold-${tenant}`
  const channel = `twinfold:${tenant}:cancel-run`
  const working = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>()
  /** Added while it was worked on here: Redis takes it when it is done. */
  const again = new Map<string, Job>()
  /** Done, or under way, and not yet noted in Redis. */
  const unnoted = new Map<string, PromiseWithResolvers<void>>()
  let worker: BullWorker<Data> | undefined
  let isDraining = false

  const abort = (run: string): void => {
    again.delete(run)
    working.get(run)?.abort.abort(new RunCancelled(run))
  }
  const clients = openQueueClients(url, { channel, onMessage: abort, silentMs, log })
  const queue = new Queue<Data>(name, { connection: clients.asking, skipVersionCheck: true, skipMetasUpdate: true })
  queue.on('error', clients.trouble)

  const add = async ({ run, priority, dueAt }: Job): Promise<void> => {
    const delay = Math.max(0, Math.ceil(dueAt - nowMicroseconds() / 1_000))
    await inTime(clients, () => queue.add('run', { run, priority, dueAt }, { jobId: jobId(run), priority: 1 + mostPriority - priority, delay, removeOnComplete: true, removeOnFail: true }))
  }
  const onNoted = (run: string): void => {
    unnoted.get(run)?.resolve()
    unnoted.delete(run)
    const job = again.get(run)
    again.delete(run)
    if (job) add(job).catch(clients.trouble) // whoever looks over the runs that wait adds it
  }
  const begin = (job: Job, work: Worker): Promise<void> => {
    const controller = new AbortController()
    const done = Promise.resolve().then(() => work(job, controller.signal)).catch((error: unknown) => {
      log.error({ err: error, run: job.run }, 'A worker of runs failed, which it is not to do')
    }).finally(() => { working.delete(job.run) })
    working.set(job.run, { abort: controller, done })
    unnoted.set(job.run, Promise.withResolvers())
    return done
  }
  const handle = async (taken: BullJob<Data>, token: string | undefined, work: Worker): Promise<void> => {
    const job = taken.data
    if (working.has(job.run)) { // Redis forgot that it is worked on, and was told again
      await taken.moveToDelayed(Math.ceil(nowMicroseconds() / 1_000) + againMs, token)
      throw new DelayedError()
    }
    if (isDraining) {
      await taken.moveToWait(token)
      throw new WaitingError()
    }
    await begin(job, work)
  }
  const drain = async (): Promise<void> => {
    isDraining = true
    void worker?.pause(true).catch(clients.trouble)
    await Promise.all([...working.values()].map(({ done }) => done))
  }
  return {
    async add(job) {
      if (working.has(job.run)) again.set(job.run, job)
      else await add(job)
    },
    async cancel(run) {
      abort(run)
      // who has it sees in the store that it is cancelled, where Redis cannot tell
      await inTime(clients, () => Promise.all([clients.asking.publish(channel, run), queue.remove(jobId(run))])).catch(clients.trouble)
    },
    work(work, atOnce) {
      if (worker) throw new Error('The queue hands out jobs already.')
      worker = new BullWorker<Data>(name, (job, token) => handle(job, token, work), {
        connection: clients.working, concurrency: atOnce, lockDuration: lockMs, stalledInterval: Math.ceil(lockMs / 2), maxStalledCount: Number.MAX_SAFE_INTEGER, runRetryDelay: 500,
      })
      worker.on('error', clients.trouble)
      worker.on('completed', ({ data }) => { onNoted(data.run) })
    },
    drain,
    async [Symbol.asyncDispose]() {
      await drain()
      if (clients.asking.status === 'ready') await atMost(farewellMs, Promise.all([...unnoted.values()].map(({ promise }) => promise)))
      await worker?.close(true) // the other way waits for connections that are lost
      clients[Symbol.dispose]()
      await queue.close()
    },
  }
}

/** BullMQ takes no whole numbers as names. */
const jobId = (run: string): string => `run-${run}`

/** Asks Redis, and has an answer soon, whatever it is. */
async function inTime(clients: QueueClients, ask: () => Promise<unknown>): Promise<void> {
  const signal = AbortSignal.timeout(silentMs)
  const late = new Promise<never>((_, reject) => { signal.addEventListener('abort', () => { reject(signal.reason as Error) }, { once: true }) })
  try {
    await Promise.race([clients.ready(signal).then(ask), late])
  } catch (cause) {
    throw failure('QUEUE_UNAVAILABLE', { cause })
  }
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => { timer = setTimeout(resolve, ms) })
  await Promise.race([work, late]).finally(() => { clearTimeout(timer) })
}
