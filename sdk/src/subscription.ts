import type { Answer } from './answer.ts'
import { type Backoff, retryDelay } from './backoff.ts'
import { TwinfoldError } from './errors.ts'
import type { Operation, Transport } from './transport.ts'

export type Status =
  /** The subscription was asked for, and nothing came yet. */
  | { readonly kind: 'connecting' }
  /** Something came, and the connection stands. */
  | { readonly kind: 'live' }
  /** The connection broke, or the server cannot answer now: there is another attempt after `delayMs`. */
  | { readonly kind: 'waiting'; readonly delayMs: number; readonly error: TwinfoldError }
  /** What came has to be taken before more is asked for. */
  | { readonly kind: 'paused' }
  /** For good: by `close`, or by what cannot be retried. */
  | { readonly kind: 'closed'; readonly error?: TwinfoldError }

export interface SubscriptionConfig {
  readonly transport: Transport
  readonly backoff: Backoff
  /** Called before each attempt, so that each begins where the one before broke. */
  readonly operation: () => Operation
  /** A TwinfoldError that it throws ends the attempt as if the server had sent it. */
  readonly onAnswer: (answer: Answer) => void
  readonly onStatus: (status: Status) => void
}

export interface Subscription {
  readonly status: Status
  pause(): void
  resume(): void
  /** May be called twice. */
  close(error?: TwinfoldError): void
}

/** An attempt that lived so long was no failure: the wait after it is short again. */
const stableMs = 2_000

/** A subscription that outlives its connections: it tries again until it is closed, or is refused for good. */
export function createSubscription({ transport, backoff, operation, onAnswer, onStatus }: SubscriptionConfig): Subscription {
  let status: Status = { kind: 'connecting' }
  let stop: (() => void) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  /** Another subscription's attempt found the server back. */
  const unlisten = transport.onConnected?.(() => {
    if (status.kind !== 'waiting') return
    clearTimeout(timer)
    attempt()
  })

  const become = (next: Status): void => {
    if (status.kind === 'closed') return
    status = next
    if (next.kind === 'closed') unlisten?.()
    onStatus(next)
  }
  const halt = (): void => {
    clearTimeout(timer)
    stop?.()
    stop = undefined
  }
  const fail = (error: TwinfoldError, livedMs: number): void => {
    halt()
    if (!error.isRetryable) return become({ kind: 'closed', error })
    failures = livedMs >= stableMs ? 0 : failures + 1
    const delayMs = retryDelay(Math.max(0, failures - 1), backoff)
    become({ kind: 'waiting', delayMs, error })
    timer = setTimeout(attempt, delayMs)
  }
  const attempt = (): void => {
    become({ kind: 'connecting' })
    let since: number | undefined
    const end = (error: TwinfoldError): void => { fail(error, since === undefined ? 0 : performance.now() - since) }
    const next = (answer: Answer): void => {
      since ??= performance.now()
      try {
        onAnswer(answer)
      } catch (error) {
        if (!(error instanceof TwinfoldError)) throw error
        return end(error)
      }
      if (status.kind === 'connecting') become({ kind: 'live' })
    }
    stop = transport.open(operation(), { next, end })
  }
  attempt()
  return {
    get status() {
      return status
    },
    pause() {
      if (status.kind === 'closed' || status.kind === 'paused') return
      halt()
      become({ kind: 'paused' })
    },
    resume() {
      if (status.kind === 'paused') attempt()
    },
    close(error) {
      halt()
      become(error ? { kind: 'closed', error } : { kind: 'closed' })
    },
  }
}
