import { Failure } from '../errors.ts'
import type { Job, RunQueue } from '../job/run-queue.ts'
import { PredictorError } from '../prediction/runtime.ts'
import { EngineError } from '../simulation/engine-program.ts'
import { newId } from '../util/id.ts'
import { createRounds } from '../util/rounds.ts'
import { insist, mayPass } from './insist.ts'
import { performRun } from './perform-run.ts'
import type { PerformConfig, Performed } from './performance.ts'
import type { RunBoard } from './run-board.ts'
import type { RunStore } from './run-store.ts'
import { createRunTracker, type RunTracker } from './run-tracker.ts'
import { isEnded, type Run, type RunEnd, type RunFailure, type RunPhase } from './run.ts'
import { RunStopped, type Stop } from './stop.ts'

export interface ExecutorConfig extends Omit<PerformConfig, 'insistMs'> {
  readonly store: RunStore
  readonly queue: RunQueue
  readonly board: Pick<RunBoard, 'tell' | 'listen'>
  /** A process that gives no sign of life for so long has lost its runs to the others. */
  readonly leaseMs: number
  /** Runs at the same time in this process. */
  readonly atOnce: number
  readonly now: () => number
  readonly onTrouble: (error: unknown, what: string) => void
}

/** Does the runs that the queue hands out, from the claim to the end. Disposing gives back those under way, to go on elsewhere or later. */
export interface RunExecutor extends AsyncDisposable {
  /** Its name on the runs it does. */
  readonly owner: string
  /** Takes up what waits, and what others lost; resolves to how many runs that were. */
  round(): Promise<number>
}

interface Active {
  readonly run: Run
  readonly tracker: RunTracker
  stop(stop: Stop): void
}

/** To listeners of this process, and to the store. */
const [tellEveryMs, reportEveryMs] = [250, 1_000]
const [firstRetryMs, longestRetryMs] = [1_000, 60_000]
/** A stream that went on for so long is well: what failed before is forgotten. */
const forgivenAfterMs = 600_000
const inOneRound = 1_000
/** Timers take no more. */
const longestTimerMs = 2 ** 31 - 1

export function createRunExecutor(config: ExecutorConfig): RunExecutor {
  const { store, queue, board, leaseMs, atOnce, now, onTrouble } = config
  const owner = newId()
  const active = new Map<string, Active>()
  const unreported = new Set<Active>()
  const streams = new Set<Promise<void>>()
  let isClosing = false
  const running = (run: Run, tracker: RunTracker): Run => ({ ...run, phase: { kind: 'RUNNING', owner, leaseUntil: 0, cancelledBy: undefined } satisfies RunPhase, progress: tracker.progress })

  const work = async (job: Job, signal: AbortSignal): Promise<void> => {
    const run = await store.claim(job.run, owner, leaseMs)
    if (!run) return
    board.tell([run])
    if (run.kind === 'STREAM') {
      detach(run)
      return
    }
    await hand(await attempt(run, signal))
  }
  /** A stream goes on until it is cancelled: it keeps its lease, and nobody's place. */
  const detach = (run: Run): void => {
    const cancelling = new AbortController()
    const unlisten = board.listen(({ id, phase }) => { if (id === run.id && 'cancelledBy' in phase && phase.cancelledBy !== undefined) cancelling.abort() })
    const streaming = attempt(run, cancelling.signal).then(hand).catch((error: unknown) => { onTrouble(error, `the stream ${run.id} could not be taken to its end; it will be found again when its lease has ended`) })
      .finally(() => {
        unlisten()
        streams.delete(streaming)
      })
    streams.add(streaming)
  }
  const hand = async (again: Job | undefined): Promise<void> => {
    if (again) await queue.add(again).catch((error: unknown) => { onTrouble(error, 'the queue of runs did not take a run back; it will be taken up from the store') })
  }
  const attempt = async (run: Run, signal: AbortSignal): Promise<Job | undefined> => {
    const abort = new AbortController()
    const stop = (why: Stop): void => { abort.abort(new RunStopped(why)) }
    const onCancel = (): void => { stop({ kind: 'cancelled' }) }
    if (signal.aborted) onCancel()
    if (isClosing) stop({ kind: 'closing' }) // it was claimed meanwhile
    signal.addEventListener('abort', onCancel, { once: true })
    const late = run.deadlineMs > longestTimerMs ? undefined : setTimeout(stop, run.deadlineMs, { kind: 'tooLate', afterMs: run.deadlineMs })
    const tracker = createRunTracker(run)
    const beganMs = now()
    const entry = { run, tracker, stop }
    active.set(run.id, entry)
    const begun = async (): Promise<void> => {
      // where it is not known whether it began, it is asked again, and tells of one that is ours already that it did not begin now
      if (!await insist(async () => await store.begin(run.id, owner) || (await store.renew(owner, [run.id], leaseMs)).has(run.id), leaseMs, abort.signal)) throw new RunStopped({ kind: 'lost' })
      board.tell([running(run, tracker)])
    }
    try {
      const performed = await performRun({ ...config, insistMs: leaseMs }, { run, tracker, begun, signal: abort.signal })
      return await finish(run, tracker, performed)
    } catch (error) {
      return await fail(run, tracker, abort.signal.aborted ? abort.signal.reason : error, run.kind === 'STREAM' && now() - beganMs >= forgivenAfterMs)
    } finally {
      clearTimeout(late)
      signal.removeEventListener('abort', onCancel)
      active.delete(run.id)
      unreported.delete(entry)
    }
  }
  const end = async (run: Run, tracker: RunTracker, how: RunEnd, performed?: Performed): Promise<undefined> => {
    const progress = { ...tracker.progress, ...(performed && { fraction: 1 }), ...(performed && run.kind === 'SIMULATION' && { simulatedAt: run.window.from + run.window.horizon }) }
    const ended = await insist(() => store.end(run.id, owner, how, { progress, results: performed?.results }), leaseMs) ?? await storedEnd(run)
    if (ended) board.tell([ended])
  }
  /** Of one that an earlier try ended, or another process. */
  const storedEnd = async ({ id }: Run): Promise<Run | undefined> => {
    const [run] = await insist(() => store.find([id]), leaseMs)
    return run && isEnded(run.phase) ? run : undefined
  }
  const finish = (run: Run, tracker: RunTracker, performed: Performed): Promise<undefined> => end(run, tracker, { kind: 'SUCCEEDED', resultHash: performed.resultHash }, performed)

  const fail = async (run: Run, tracker: RunTracker, error: unknown, forgives: boolean): Promise<Job | undefined> => {
    const stop = error instanceof RunStopped ? error.stop : undefined
    if (stop?.kind === 'lost') return undefined
    if (stop?.kind === 'tooLate') return await end(run, tracker, { kind: 'TIMED_OUT', afterMs: stop.afterMs })
    if (stop?.kind === 'cancelled') return await end(run, tracker, { kind: 'CANCELLED', by: await whoCancelled(run) })
    if (stop) return await giveBack(run)
    const failure = toFailure(error)
    if (failure.code === 'INTERNAL_ERROR') onTrouble(error, `the run ${run.id} met an error of this program`)
    const made = forgives ? 1 : run.attempts.made
    if (!failure.isRetryable || made >= run.attempts.most) return await end(run, tracker, { kind: 'FAILED', failure })
    const dueAt = now() + Math.min(firstRetryMs * 2 ** Math.min(made - 1, 30), longestRetryMs)
    const back = await insist(() => store.putBack(run.id, owner, failure, dueAt, forgives), leaseMs)
    if (!back) return undefined
    board.tell([back])
    return isEnded(back.phase) ? undefined : { run: run.id, priority: run.priority, dueAt }
  }
  /** Others find it at once, and this process when it is back. */
  const giveBack = async ({ id }: Run): Promise<undefined> => {
    const back = await insist(() => store.giveBack(id, owner, serverStopped), leaseMs)
    if (back) board.tell([back])
  }
  const whoCancelled = async ({ id, createdBy }: Run): Promise<string> => {
    const [run] = await insist(() => store.find([id]), leaseMs)
    return run && 'cancelledBy' in run.phase && run.phase.cancelledBy !== undefined ? run.phase.cancelledBy : createdBy
  }

  const renew = async (): Promise<number> => {
    const ids = [...active.keys()]
    if (ids.length === 0) return 0
    const mine = await store.renew(owner, ids, leaseMs)
    for (const id of ids) {
      const found = mine.get(id)
      if (!found) active.get(id)?.stop({ kind: 'lost' })
      else if (found.cancelledBy !== undefined) active.get(id)?.stop({ kind: 'cancelled' })
    }
    return ids.length
  }
  const tell = (): void => {
    const changed = [...active.values()].filter(({ tracker }) => tracker.takeChange())
    for (const each of changed) unreported.add(each)
    board.tell(changed.map(({ run, tracker }) => running(run, tracker)))
  }
  const report = async (): Promise<number> => {
    const some = [...unreported]
    unreported.clear()
    if (some.length > 0) await store.report(owner, new Map(some.map(({ run, tracker }) => [run.id, tracker.progress])))
    return some.length
  }
  const recover = async (): Promise<number> => {
    const moved = await store.recover()
    board.tell(moved)
    const waiting = await store.waiting(inOneRound)
    for (const { id: run, priority, dueAt } of waiting) await queue.add({ run, priority, dueAt })
    return moved.length + waiting.length
  }

  const rounds = [
    createRounds({ round: renew, everyMs: leaseMs / 5, onTrouble: (error) => { onTrouble(error, 'the leases of runs could not be renewed; it is tried again') } }),
    createRounds({ round: report, everyMs: reportEveryMs, onTrouble: (error) => { onTrouble(error, 'the progress of runs could not be written down') } }),
  ]
  const telling = setInterval(tell, tellEveryMs).unref()
  const recovery = createRounds({ round: recover, everyMs: leaseMs / 3, onTrouble: (error) => { onTrouble(error, 'runs that wait could not be looked up; it is tried again') } })
  queue.work((job, signal) => work(job, signal).catch((error: unknown) => { onTrouble(error, `the run ${job.run} could not be taken to its end; it will be found again when its lease has ended`) }), atOnce)
  return {
    owner,
    round: recovery.now,
    async [Symbol.asyncDispose]() {
      isClosing = true
      await recovery[Symbol.asyncDispose]()
      for (const { stop } of active.values()) stop({ kind: 'closing' })
      await queue.drain()
      await Promise.all(streams)
      clearInterval(telling)
      for (const each of rounds) await each[Symbol.asyncDispose]()
    },
  }
}

const serverStopped: RunFailure = { code: 'SERVER_STOPPED', message: 'The server that computed it was stopped.', twin: undefined, isRetryable: true }

function toFailure(error: unknown): RunFailure {
  if (error instanceof EngineError) return { code: error.code, message: error.message, twin: error.twin, isRetryable: error.isRetryable }
  if (error instanceof PredictorError) return { code: error.code, message: error.message, twin: undefined, isRetryable: error.isRetryable }
  if (error instanceof Failure) return { code: error.code, message: error.message, twin: undefined, isRetryable: mayPass(error) }
  return { code: 'INTERNAL_ERROR', message: 'The run met an error of this program; the log of the server has more of it.', twin: undefined, isRetryable: false }
}
