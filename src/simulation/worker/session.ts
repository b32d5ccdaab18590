import { setImmediate } from 'node:timers/promises'
import { memoryUsage } from 'node:process'
import { monotonicMs } from '../../util/clock.ts'
import type { Frames, MemberOutcome } from '../engine-host.ts'
import { EngineError, type Kpis } from '../engine-program.ts'
import type { FromWorker, WorkerWire } from './wire.ts'
import { createWarnings, type Warnings } from './warnings.ts'

/** One work at the worker's end: what it says to its host, how fast, and whether it is still wanted. */
export interface Session extends Disposable {
  /** Aborted by the host; nobody sees it before the event loop has turned. */
  readonly signal: AbortSignal
  readonly warnings: Warnings
  /** Tells that there is life, now and then, where there is no progress to tell. Call it often. */
  alive(): void
  /** Tells that the model is open, and waits until the host wants it to begin. Rejects with the signal's reason. */
  bound(): Promise<void>
  /** Sends copies. Where a promise is returned, so many are under way that the next must wait for it. */
  send(frames: Frames): Promise<void> | undefined
  /** Resolves when the host has taken everything. */
  drained(): Promise<void>
  /** Tells how far it is, now and then, and lets the event loop turn, so that an abort is seen. Call it often; where a promise is returned, await it. */
  pulse(progress: () => WorkerProgress): Promise<void> | undefined
  /** Sends at once, with the warnings that were not told yet. */
  tell(message: Extract<FromWorker, { readonly kind: 'done' | 'failed' }>): void
  member(member: MemberOutcome): void
}

export interface WorkerProgress {
  readonly fraction: number
  readonly at: number | undefined
  readonly partial: Kpis
}

const mostUnderWay = 2
const turnMs = 20
const progressMs = 100

export function openSession(wire: WorkerWire, memoryMb?: number): Session {
  const abort = new AbortController()
  const warnings = createWarnings()
  const begun = Promise.withResolvers<void>()
  begun.promise.catch(() => undefined) // where nobody waits for it yet, the signal tells
  let underWay = 0
  let roomFor: { readonly most: number; readonly resolve: () => void } | undefined
  let [turnedAt, toldAt] = [monotonicMs(), monotonicMs()]

  const freed = (): void => {
    if (!roomFor || (underWay > roomFor.most && !abort.signal.aborted)) return
    roomFor.resolve()
    roomFor = undefined
  }
  const until = async (most: number): Promise<void> => {
    if (underWay > most) await new Promise<void>((resolve) => { roomFor = { most, resolve } })
    turnedAt = monotonicMs()
    abort.signal.throwIfAborted()
  }
  const stop = wire.listen((message) => {
    if (message.kind === 'begin') begun.resolve()
    else if (message.kind === 'taken') underWay--
    else {
      abort.abort()
      begun.reject(abort.signal.reason)
    }
    freed()
  })
  const tellWarnings = (): void => {
    const changed = warnings.changed()
    if (changed.length > 0) wire.post({ kind: 'warnings', warnings: changed })
  }
  const turn = async (): Promise<void> => {
    await setImmediate()
    turnedAt = monotonicMs()
    abort.signal.throwIfAborted()
  }
  return {
    signal: abort.signal,
    warnings,
    alive() {
      const now = monotonicMs()
      if (now - toldAt < progressMs) return
      toldAt = now
      wire.post({ kind: 'alive' })
    },
    async bound() {
      wire.post({ kind: 'bound' })
      await begun.promise
    },
    send({ member, at, values }) {
      if (underWay >= mostUnderWay) throw new EngineError('ENGINE_FAILED', 'The engine went on giving results without waiting for those before to be taken.')
      const copies = { at: at.slice(), values: values.slice() }
      wire.post({ kind: 'frames', frames: { member, ...copies } }, [copies.at.buffer, copies.values.buffer])
      return ++underWay >= mostUnderWay ? until(mostUnderWay - 1) : undefined
    },
    drained: () => until(0),
    pulse(progress) {
      const now = monotonicMs()
      if (now - toldAt >= progressMs) {
        toldAt = now
        wire.post({ kind: 'progress', ...progress() })
        tellWarnings()
        checkMemory(memoryMb)
      }
      return now - turnedAt >= turnMs ? turn() : undefined
    },
    tell(message) {
      tellWarnings()
      wire.post(message)
    },
    member: (member) => { wire.post({ kind: 'member', member }) },
    [Symbol.dispose]: stop,
  }
}

/** Buffers, and what WebAssembly works in: V8's limit for a thread is of its heap alone. */
function checkMemory(memoryMb: number | undefined): void {
  if (memoryMb === undefined) return
  if (memoryUsage().external > memoryMb * 1024 * 1024) throw new EngineError('OUT_OF_MEMORY', `The engine took more than the ${memoryMb} MB of memory that a run may have.`)
}
