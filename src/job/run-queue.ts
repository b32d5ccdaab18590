/** A run to be done. What it is stands in the store of runs; a queue only says whose turn it is. */
export interface Job {
  readonly run: string
  /** Greater goes first; -100 to 100. */
  readonly priority: number
  /** Not before this instant, ms since 1970. */
  readonly dueAt: number
}

/** Does a job, and resolves when nothing more is to be done about it in this process; never rejects. The signal is aborted when someone cancels it. */
export type Worker = (job: Job, signal: AbortSignal) => Promise<void>

/**
 * Whose turn it is. At least once: a job may come twice, to two processes even, and may be lost with a queue that forgets; the store of runs decides who does it,
 * and gives back what was lost. Deliberately not here: states, results, retries, which are the store's.
 */
export interface RunQueue extends AsyncDisposable {
  /** A run that waits already is not added again. Resolves when the queue has it; rejects with QUEUE_UNAVAILABLE where it cannot take it now. */
  add(job: Job): Promise<void>
  /** Tells whoever does the run, in any process, that it is cancelled, and forgets it where it waits. Best effort; resolves at once where nobody has it. */
  cancel(run: string): Promise<void>
  /** Begins to hand out jobs, so many at once in this process. Once. */
  work(worker: Worker, atOnce: number): void
  /** Hands out no more, and resolves when those under way are done. */
  drain(): Promise<void>
}
