import { setTimeout as delay } from 'node:timers/promises'
import { decodeCursor } from '../change/cursor.ts'
import { failure } from '../errors.ts'
import { decodeReceiptCursor } from '../telemetry/receipt-cursor.ts'
import { monotonicMs } from '../util/clock.ts'

/** Up to where an order of writes can be read. */
export interface Progress {
  /** A place that was seen, at no cost. */
  known(): number
  /** The place by now. */
  look(signal?: AbortSignal): Promise<number>
}

export interface CaughtUpConfig {
  /** The journal: what mutations did. */
  readonly changes: Progress
  /** Readings in the order of receipt. */
  readonly readings: Progress
  /** After readings can be read: until filters see them, too. */
  readonly projected: () => Promise<void>
  readonly longestMs?: number
}

/** From one look to the next. */
const restMs = 25

/** Resolves when what the mutation that returned the cursor did can be read by this process. Fails with BAD_USER_INPUT for what is no cursor, and NOT_CAUGHT_UP after a while. */
export type CaughtUp = (cursor: string, signal?: AbortSignal) => Promise<void>

export function createCaughtUp({ changes, readings, projected, longestMs = 5_000 }: CaughtUpConfig): CaughtUp {
  const reach = async (progress: Progress, place: number, signal: AbortSignal | undefined): Promise<void> => {
    if (progress.known() >= place) return
    const until = monotonicMs() + longestMs
    while (await progress.look(signal) < place) {
      if (monotonicMs() >= until) throw failure('NOT_CAUGHT_UP')
      await delay(restMs, undefined, signal ? { signal } : {})
    }
  }
  return async (cursor, signal) => {
    const [change, receipt] = [decodeCursor(cursor), decodeReceiptCursor(cursor)]
    if (change !== undefined) return await reach(changes, change, signal)
    if (receipt === undefined) throw failure('BAD_USER_INPUT', { message: '`atLeast` is not a cursor that a mutation returned.' })
    await reach(readings, receipt, signal)
    const late = new AbortController()
    try {
      await Promise.race([projected(), delay(longestMs, undefined, { signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal }).then(() => { throw failure('NOT_CAUGHT_UP') })])
    } finally {
      late.abort()
    }
  }
}
