import { type Failure, failure } from '../errors.ts'

/** One operation being answered. */
export interface FlyingOperation {
  /** Fires when the client is gone, the operation's time is up, or the server cannot wait any longer. */
  readonly signal: AbortSignal
  /** The client went away. */
  leave(): void
  /** The answer was sent. */
  end(): void
}

/** The operations being answered, so that stopping can wait for them. */
export interface InFlight {
  readonly count: number
  readonly isDraining: boolean
  begin(timeoutMs: number): FlyingOperation
  /** No new ones are to begin. Resolves when none is left; those that are after the grace are aborted with SHUTTING_DOWN. */
  drain(graceMs: number): Promise<void>
  /** Ends the grace of a drain that is under way, or to come, at once. */
  hurry(): void
}

/** For an aborted operation to send its answer. */
const farewellMs = 1_000

export function createInFlight(): InFlight {
  const flying = new Map<object, AbortController>()
  const hurried = new AbortController()
  let isDraining = false
  let whenEmpty = (): void => undefined

  const settled = async (withinMs: number, cut?: AbortSignal): Promise<void> => {
    if (flying.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, withinMs)
    cut?.addEventListener('abort', () => { resolve() }, { once: true })
    if (cut?.aborted) resolve()
    whenEmpty = resolve
    await promise
    clearTimeout(timer)
  }

  return {
    get count() {
      return flying.size
    },
    get isDraining() {
      return isDraining
    },
    begin(timeoutMs) {
      const key = {}
      const controller = new AbortController()
      const abort = (reason: Failure | DOMException): void => { controller.abort(reason) }
      const timer = setTimeout(() => { abort(failure('TIMEOUT')) }, timeoutMs)
      flying.set(key, controller)
      return {
        signal: controller.signal,
        leave: () => { abort(new DOMException('The client is gone.', 'AbortError')) },
        end() {
          clearTimeout(timer)
          flying.delete(key)
          if (flying.size === 0) whenEmpty()
        },
      }
    },
    async drain(graceMs) {
      isDraining = true
      await settled(graceMs, hurried.signal)
      for (const controller of flying.values()) controller.abort(failure('SHUTTING_DOWN'))
      await settled(farewellMs)
    },
    hurry: () => { hurried.abort() },
  }
}
