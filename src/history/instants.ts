import { setTimeout as delay } from 'node:timers/promises'
import { failure } from '../errors.ts'
import { monotonicMs } from '../util/clock.ts'
import { createSerial } from '../util/serial.ts'

/** The instants of the graph that can be read. In ms since 1970, by the store's clock. */
export interface Instants {
  /**
   * Resolves when nothing can be committed any more at or before the instant, so that it reads the same for ever. Fails with BAD_USER_INPUT where it lies
   * in the future or before the history that is kept, whose earliest instant the message names; with STORE_UNAVAILABLE.
   */
  settle(at: number, signal?: AbortSignal): Promise<void>
  /** The earliest instant that can be read; undefined: everything is kept, from the beginning. */
  earliest(signal?: AbortSignal): Promise<number | undefined>
  /** An entry of the journal was read that has this stamp: what was stamped before it is committed, and nothing else will be. */
  seen(at: number): void
}

export interface InstantStore {
  read(): Promise<{
    /** The last stamp that a commit was seen with. Those before it are wholly there; its own transaction may still be becoming visible. */
    readonly at: number
    readonly now: number
    /** The earliest instant whose history is kept; undefined: all is. */
    readonly past: number | undefined
  }>
  /** Takes the lock that commits take, so that every later one is stamped later than the instant. Resolves to one at or after it up to which that holds. */
  close(at: number): Promise<number>
}

/**
 * How old the earliest instant may be that is answered from memory. Retention raises it first and takes history away a good deal later than this and the
 * longest operation together, so that nothing is taken away under a read that was let in.
 */
export const earliestKnownForMs = 1_000
/** Clocks of machines that are kept in time differ by less: an instant of the client's present is waited for, not refused. */
const toleratedMs = 1_000

type Head = Awaited<ReturnType<InstantStore['read']>>

/** Remembers up to where it is settled: asking for yesterday costs nothing, and for a moment ago one small transaction, however many ask. */
export function createInstants(store: InstantStore): Instants {
  const serial = createSerial()
  let settled = -Infinity
  let known: { readonly head: Head; readonly at: number } | undefined
  let reading: Promise<Head> | undefined

  const read = async (): Promise<Head> => {
    const began = monotonicMs()
    const head = await store.read()
    known = { head, at: began }
    settled = Math.max(settled, head.at - 1)
    return head
  }
  const recent = async (): Promise<Head> => {
    if (known && monotonicMs() - known.at < earliestKnownForMs) return known.head
    return await (reading ??= read().finally(() => { reading = undefined }))
  }
  /** An instant beyond what was known a moment ago may have come by now. */
  const reached = async (at: number, signal: AbortSignal | undefined): Promise<void> => {
    if (at <= settled) return
    let { at: last, now } = await read()
    while (at > Math.max(last, now)) {
      if (at - now > toleratedMs) throw failure('BAD_USER_INPUT', { message: `${shown(at)} lies in the future: it is ${shown(now)}. Give an instant that has passed.` })
      await delay(at - now, undefined, signal ? { signal } : {})
      ;({ at: last, now } = await read())
    }
  }
  return {
    async settle(at, signal) {
      signal?.throwIfAborted()
      const { past } = await recent()
      if (past !== undefined && at < past) {
        throw failure('BAD_USER_INPUT', { message: `${shown(at)} lies before the history that is kept. The earliest instant that can be read is ${shown(past)}.`, details: { earliest: shown(past) } })
      }
      await reached(at, signal)
      signal?.throwIfAborted()
      if (at > settled) await serial(async () => { if (at > settled) settled = Math.max(settled, await store.close(at)) })
      signal?.throwIfAborted()
    },
    async earliest(signal) {
      signal?.throwIfAborted()
      return (await recent()).past
    },
    seen(at) {
      settled = Math.max(settled, at - 1)
    },
  }
}

const shown = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at))
