import { nowMicroseconds } from '../util/clock.ts'
import { RunCancelled } from './cancelled.ts'
import type { Job, RunQueue, Worker } from './run-queue.ts'

export interface MemoryRunQueueConfig {
  /** A worker rejected, which it is not to do. */
  readonly onTrouble: (error: unknown, run: string) => void
}

/** Timers take no more; one that is due later is looked at again then. */
const longestTimerMs = 2 ** 31 - 1

interface Waiting extends Job {
  /** Those that came first go first among equals. */
  readonly arrival: number
}

/** Whose turn it is, in this process alone. It forgets with the process; the store of runs remembers. */
export function createMemoryRunQueue({ onTrouble }: MemoryRunQueueConfig): RunQueue {
  const waiting = new Map<string, Waiting>()
  const working = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>()
  let arrivals = 0
  let work: { readonly worker: Worker; readonly atOnce: number } | undefined
  let isDraining = false
  let timer: NodeJS.Timeout | undefined

  const begin = (job: Job, worker: Worker): void => {
    const abort = new AbortController()
    waiting.delete(job.run)
    const done = Promise.resolve().then(() => worker(toJob(job), abort.signal)).catch((error: unknown) => { onTrouble(error, job.run) }).then(() => {
      working.delete(job.run)
      handOut()
    })
    working.set(job.run, { abort, done })
  }
  const handOut = (): void => {
    clearTimeout(timer)
    if (!work || isDraining) return
    const now = nowMicroseconds() / 1_000
    // one that came again while it is worked on has its turn after that
    const ready = [...waiting.values()].filter(({ run }) => !working.has(run))
    const due = ready.filter(({ dueAt }) => dueAt <= now).sort((a, b) => b.priority - a.priority || a.arrival - b.arrival)
    for (const job of due.slice(0, Math.max(0, work.atOnce - working.size))) begin(job, work.worker)
    const next = Math.min(...ready.filter(({ dueAt }) => dueAt > now).map(({ dueAt }) => dueAt))
    if (Number.isFinite(next)) timer = setTimeout(handOut, Math.min(Math.ceil(next - now), longestTimerMs))
  }
  const drain = async (): Promise<void> => {
    isDraining = true
    clearTimeout(timer)
    await Promise.all([...working.values()].map(({ done }) => done))
  }
  return {
    async add(job) {
      if (!waiting.has(job.run)) waiting.set(job.run, { ...toJob(job), arrival: arrivals++ })
      handOut()
    },
    async cancel(run) {
      waiting.delete(run)
      working.get(run)?.abort.abort(new RunCancelled(run))
    },
    work(worker, atOnce) {
      if (work) throw new Error('The queue hands out jobs already.')
      work = { worker, atOnce }
      handOut()
    },
    drain,
    async [Symbol.asyncDispose]() {
      waiting.clear()
      await drain()
    },
  }
}

const toJob = ({ run, priority, dueAt }: Job): Job => ({ run, priority, dueAt })
