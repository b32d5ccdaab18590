import { PredictorError } from '../../prediction/runtime.ts'
import { monotonicMs } from '../../util/clock.ts'
import { type OnnxChild, startOnnxChild } from './onnx-child.ts'
import type { OnnxOrder, OnnxReply } from './wire.ts'

export interface ProcessPoolConfig {
  /** Processes at most. */
  readonly processes: number
  /** MiB that one may have. */
  readonly memoryMb: number
  /** Models open in one. */
  readonly mostOpen: number
  /** An order that nobody waits for any more may go on so long before its process is ended. */
  readonly graceMs: number
  /** So long an order may compute, opening the model included. */
  readonly mostMs: number
  /** Orders that may wait for a process. */
  readonly mostWaiting: number
}

export interface ProcessPool extends AsyncDisposable {
  ask(order: OnnxOrder, data: readonly Uint8Array[], signal?: AbortSignal): Promise<OnnxReply>
}

interface Job {
  readonly order: OnnxOrder
  readonly data: readonly Uint8Array[]
  readonly done: PromiseWithResolvers<OnnxReply>
  isAbandoned: boolean
  attempts: number
}

interface Seat {
  readonly child: OnnxChild
  /** In the order they are computed. */
  readonly jobs: Job[]
  /** Models that it was ever given. */
  readonly models: Set<string>
  idleSince: number
  /** Of the job at the head. */
  timer: NodeJS.Timeout | undefined
}

/** One computes while the next batch of the same model is on its way; of another model it would wait behind what may take long. */
const mostInSeat = 2
const idleMs = 60_000

/**
 * Processes that compute, started as they are needed. What ends a process is told to the job it was at; jobs behind it go to another process. A job whose process had also been
 * given other models is tried once more in a new one, as they may have been what broke it.
 */
export function createProcessPool({ processes, memoryMb, mostOpen, graceMs, mostMs, mostWaiting }: ProcessPoolConfig): ProcessPool {
  const queue: Job[] = []
  const seats = new Set<Seat>()
  const ending = new Set<Promise<void>>()
  let isClosed = false

  const open = (): Seat => {
    const seat: Seat = { child: startOnnxChild({ memoryMb, mostOpen }), jobs: [], models: new Set(), idleSince: 0, timer: undefined }
    seats.add(seat)
    void seat.child.gone.then(() => {
      seats.delete(seat)
      clearTimeout(seat.timer)
      place()
    })
    return seat
  }
  /** It is given nothing more from now on. */
  const close = (seat: Seat, why: PredictorError): void => {
    seats.delete(seat)
    const gone = seat.child.end(why).finally(() => ending.delete(gone))
    ending.add(gone)
  }
  const seatFor = (job: Job): Seat | undefined => {
    const alive = [...seats].filter(({ jobs }) => jobs.length < mostInSeat)
    const free = alive.filter(({ jobs, models }) => jobs.length === 0 && (job.attempts === 0 || models.size === 0))
    const fit = free.find(({ models }) => models.has(job.order.sha256)) ?? free[0]
    if (fit) return fit
    if (seats.size < processes) return open()
    return job.attempts > 0 ? undefined : alive.find(({ jobs }) => jobs.length > 0 && jobs.every(({ order }) => order.sha256 === job.order.sha256))
  }
  /** The first that can be placed; those of other models may overtake it only where it could not go anyway. */
  const place = (): void => {
    for (const job of [...queue]) {
      const seat = seatFor(job)
      if (seat === undefined) continue
      queue.splice(queue.indexOf(job), 1)
      void compute(job, seat)
    }
  }
  /** The job at the head may take its time; an abandoned one, its grace. */
  const time = (seat: Seat): void => {
    clearTimeout(seat.timer)
    const [head] = seat.jobs
    if (head === undefined) return
    const late = head.isAbandoned ? abandoned() : tooLong(mostMs)
    seat.timer = setTimeout(() => { close(seat, late) }, head.isAbandoned ? graceMs : mostMs).unref()
  }
  const compute = async (job: Job, seat: Seat): Promise<void> => {
    const wasShared = [...seat.models].some((sha256) => sha256 !== job.order.sha256)
    seat.jobs.push(job)
    seat.models.add(job.order.sha256)
    if (seat.jobs.length === 1) time(seat)
    try {
      job.done.resolve(await seat.child.ask(job.order, job.data))
    } catch (error) {
      const wasHead = seat.jobs[0] === job
      seats.delete(seat) // its process has ended
      if (job.isAbandoned || isClosed || (wasHead && (!wasShared || job.attempts > 0 || isTimeout(error)))) job.done.reject(error)
      else {
        if (wasHead) job.attempts++
        queue.unshift(job)
      }
    } finally {
      if (seats.has(seat)) seat.jobs.shift()
      seat.idleSince = monotonicMs()
      if (seats.has(seat)) time(seat)
      place()
    }
  }
  const sweep = setInterval(() => {
    for (const seat of seats) if (seat.jobs.length === 0 && monotonicMs() - seat.idleSince > idleMs) close(seat, closed())
  }, idleMs / 4).unref()

  return {
    async ask(order, data, signal) {
      signal?.throwIfAborted()
      if (isClosed) throw closed()
      if (queue.length >= mostWaiting) throw new PredictorError('RUNTIME_UNAVAILABLE', `${queue.length} batches wait to be computed, which is as many as may.`, { isRetryable: true })
      const job: Job = { order, data, done: Promise.withResolvers(), isAbandoned: false, attempts: 0 }
      const leave = (): void => {
        job.isAbandoned = true
        job.done.reject(signal?.reason)
        const at = queue.indexOf(job)
        if (at >= 0) queue.splice(at, 1)
        for (const seat of seats) if (seat.jobs[0] === job) time(seat)
      }
      signal?.addEventListener('abort', leave, { once: true })
      queue.push(job)
      place()
      return await job.done.promise.finally(() => signal?.removeEventListener('abort', leave))
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      clearInterval(sweep)
      for (const { done } of queue.splice(0)) done.reject(closed())
      for (const seat of seats) close(seat, closed())
      await Promise.all(ending)
    },
  }
}

const isTimeout = (error: unknown): boolean => error instanceof PredictorError && error.code === 'RUNTIME_TIMEOUT'
const tooLong = (ms: number): PredictorError => new PredictorError('RUNTIME_TIMEOUT', `The model computed longer than ${ms} ms on one batch. Give it fewer rows at a time.`, { isRetryable: true })
const abandoned = (): PredictorError => new PredictorError('RUNTIME_UNAVAILABLE', 'The process was ended, as nobody waited any more for what it computed.', { isRetryable: true })
const closed = (): PredictorError => new PredictorError('RUNTIME_UNAVAILABLE', 'The runtime for models is shutting down.', { isRetryable: true })
