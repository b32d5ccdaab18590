import { EngineError } from '../engine-program.ts'
import type { EngineListener, EngineOutcome } from '../engine-host.ts'
import { fromWireFailure, type FromWorker, type HostWire } from './wire.ts'

/** A worker that was given work. */
export interface WorkerAtWork {
  readonly wire: HostWire
  /** Resolves when it ends before its work does: why. */
  readonly ended: Promise<EngineError>
  /** Ends it, whatever it is at; `ended` resolves soon. */
  end(): void
}

export interface ConverseOptions {
  readonly signal: AbortSignal
  /** How long an aborted worker may take to come to an end by itself. */
  readonly graceMs: number
  /** A worker that says nothing for so long, while nobody keeps it waiting, is ended. */
  readonly silenceMs: number
}

/**
 * The host's half of a work: passes what the worker tells on to the listener, keeps it to two batches under way, and ends it when it must be ended. Settles when the
 * worker is free for other work, or is no more. What the listener rejects with stops the work, too, and is what this rejects with.
 */
export async function converse({ wire, ended, end }: WorkerAtWork, listener: EngineListener, { signal, graceMs, silenceMs }: ConverseOptions): Promise<EngineOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<EngineOutcome>()
  let stopped: { readonly reason: unknown } | undefined
  let grace: NodeJS.Timeout | undefined
  let waiting = 0

  const stop = (reason: unknown, withinMs: number): void => {
    if (stopped) return
    stopped = { reason }
    clearTimeout(silence)
    if (withinMs > 0) {
      wire.post({ kind: 'abort' })
      grace = setTimeout(end, withinMs)
    } else end()
  }
  const silence = setTimeout(() => {
    if (waiting > 0) silence.refresh()
    else stop(new EngineError('ENGINE_SILENT', `The engine gave no sign of life for ${silenceMs / 1000} s.`, { isRetryable: true }), 0)
  }, silenceMs)
  /** While the listener is at it, it is not the worker that is silent. */
  const pass = async (deed: () => Promise<void>, answer: 'begin' | 'taken'): Promise<void> => {
    waiting++
    try {
      await deed()
      if (!stopped) wire.post({ kind: answer })
    } catch (error) {
      stop(error, graceMs)
    } finally {
      waiting--
      if (!stopped) silence.refresh()
    }
  }
  let taking = Promise.resolve()
  const hear = (message: FromWorker): void => {
    if (!stopped) silence.refresh()
    switch (message.kind) {
      case 'done': return stopped ? reject(stopped.reason) : resolve(message.outcome)
      case 'failed': return reject(stopped ? stopped.reason : fromWireFailure(message.failure))
      case 'aborted': return reject(stopped ? stopped.reason : new EngineError('ENGINE_CRASHED', 'The worker was aborted.', { isRetryable: true }))
      default: if (!stopped) tell(message)
    }
  }
  const tell = (message: Exclude<FromWorker, { readonly kind: 'done' | 'failed' | 'aborted' }>): void => {
    try {
      switch (message.kind) {
        case 'bound': return void pass(() => listener.bound(), 'begin')
        case 'frames': return void (taking = taking.then(() => pass(() => (stopped ? Promise.resolve() : listener.frames(message.frames)), 'taken')))
        case 'alive': return
        case 'progress': return listener.progress({ fraction: message.fraction, at: message.at, partial: message.partial })
        case 'warnings': return message.warnings.forEach((warning) => { listener.warning(warning) })
        case 'member': return listener.member(message.member)
      }
    } catch (error) {
      stop(error, graceMs)
    }
  }
  const onAbort = (): void => { stop(signal.reason, graceMs) }
  const deafen = wire.listen(hear)
  void ended.then((why) => { reject(stopped ? stopped.reason : why) })
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    return await promise
  } finally {
    stopped ??= { reason: undefined } // whatever the listener still is at concerns this work no more
    clearTimeout(silence)
    clearTimeout(grace)
    signal.removeEventListener('abort', onAbort)
    deafen()
  }
}
