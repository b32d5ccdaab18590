import { setTimeout } from 'node:timers/promises'
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleWhen, noJitterGenerator } from 'cockatiel'
import { PredictorError } from '../../prediction/runtime.ts'

export interface ServerGuardConfig {
  /** Attempts at one request, the first one included. */
  readonly attempts: number
  /** So many failures one after the other, of whichever request, and the server is left alone. */
  readonly failures: number
  /** Left alone so long; then one request tries it. Each time it fails, twice as long, up to a minute. */
  readonly restMs: number
}

/** Of one server: tries again what may succeed, and leaves the server alone while nothing does. */
export interface ServerGuard {
  /** Rejects with the last attempt's error; with RUNTIME_UNAVAILABLE (retryable), at once, while the server is left alone; with the signal's reason. */
  run<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T>
}

const mostRestMs = 60_000
/** Between attempts. */
const waits = new ExponentialBackoff({ initialDelay: 50, maxDelay: 1_000 })

const isUnavailable = (error: unknown): boolean => error instanceof PredictorError && error.isRetryable

export function createServerGuard(server: string, { attempts, failures, restMs }: ServerGuardConfig): ServerGuard {
  const breaker = circuitBreaker(handleWhen(isUnavailable), {
    breaker: new ConsecutiveBreaker(failures),
    halfOpenAfter: new ExponentialBackoff({ initialDelay: restMs, maxDelay: Math.max(restMs, mostRestMs), generator: noJitterGenerator }),
  })
  const once = async <T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await unlessAborted(breaker.execute(attempt, signal), signal) // while the server is tried, others wait for what comes of it
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error
      const { lastFailure } = breaker
      const why = lastFailure && 'error' in lastFailure && lastFailure.error instanceof Error ? ` The last: ${lastFailure.error.message}` : ''
      throw new PredictorError('RUNTIME_UNAVAILABLE', `${server} has failed ${failures} times and more, one after the other, and is left alone for a while.${why}`, { isRetryable: true, cause: error })
    }
  }
  return {
    async run(attempt, signal) {
      let backoff = waits.next()
      for (let left = attempts - 1; ; left--) {
        try {
          return await once(attempt, signal)
        } catch (error) {
          const isLast = left <= 0 || !(error instanceof PredictorError) || !error.isRetryable || error.code === 'RUNTIME_TIMEOUT' || error.cause instanceof BrokenCircuitError
          if (isLast || signal.aborted) throw error
          await setTimeout(backoff.duration, undefined, { signal }).catch(() => { signal.throwIfAborted() })
          backoff = backoff.next(undefined)
        }
      }
    },
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => { aborted.reject(signal.reason) }
  signal.addEventListener('abort', onAbort, { once: true })
  return await Promise.race([promise, aborted.promise]).finally(() => { signal.removeEventListener('abort', onAbort) })
}
