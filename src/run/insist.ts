import { setTimeout as delay } from 'node:timers/promises'
import { Failure, failureCodes } from '../errors.ts'
import { monotonicMs } from '../util/clock.ts'

const [firstPauseMs, longestPauseMs] = [100, 2_000]

/**
 * Does what may be done twice, again and again, while it fails for reasons that pass; of what is not known to be done, too. After `forMs` it rejects with the last of them.
 * A signal ends it between two tries, with its reason.
 */
export async function insist<T>(deed: () => Promise<T>, forMs: number, signal?: AbortSignal): Promise<T> {
  const until = monotonicMs() + forMs
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await deed()
    } catch (error) {
      if (!mayPass(error) || monotonicMs() + pause > until) throw error
      await delay(pause, undefined, { signal }).catch(() => { signal?.throwIfAborted() })
    }
  }
}

/** Also where it is not known whether it was done: what is done here may be done twice. */
export const mayPass = (error: unknown): boolean => error instanceof Failure && (failureCodes[error.code].retryable || error.code === 'OUTCOME_UNKNOWN')
