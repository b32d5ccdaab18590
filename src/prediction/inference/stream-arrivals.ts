import type { ReadingTail } from '../../telemetry/reading-tail.ts'
import type { Microseconds, SeriesKey } from '../../telemetry/reading.ts'
import type { Received, TelemetryStore } from '../../telemetry/telemetry-store.ts'

/** What is received, piece by piece and in the order of receipt, at the pace of who takes it. */
export interface Arrivals extends Disposable {
  /** Everything that was received until then was taken. */
  readonly position: Microseconds
  /** Resolves when nothing is missed any more. Rejects with the failure of the store. */
  started(): Promise<void>
  /** What comes next, and the place up to which it reaches; undefined where nothing came for so long, or the signal ended it. Rejects with the failure of the store. */
  next(withinMs: number, signal: AbortSignal): Promise<Arrived | undefined>
  /** Goes on behind an earlier place, or the present one, by what is wanted now: what is told from now on is of other series. */
  back(to: Microseconds): void
}

export interface Arrived {
  /** Those of other series may be among them. */
  readonly readings: readonly Received[]
  readonly upTo: Microseconds
}

export interface ArrivalsConfig {
  readonly tail: Pick<ReadingTail, 'listen' | 'started' | 'position'>
  readonly store: Pick<TelemetryStore, 'received'>
  /** The place behind which it begins. */
  readonly from: Microseconds
  /** Whether readings of the series are wanted. */
  readonly isWanted: (series: SeriesKey) => boolean
  /** Readings that may wait in memory. */
  readonly mostHeard?: number
}

const inOnePage = 5_000

/**
 * From the tail while there is room for what it tells; whatever there is no room for, or was received before it told, is read from the store. So nothing is lost however
 * slow the taker is, and who receives readings waits for nobody.
 */
export function createArrivals({ tail, store, from, isWanted, mostHeard = 20_000 }: ArrivalsConfig): Arrivals {
  let position = from
  /** What is wanted of all that was received in (heardFrom, heardTo]. NaN: nobody knows yet where the tail began. */
  let heard: Received[] = []
  let [heardFrom, heardTo] = [NaN, NaN]
  let wake = Promise.withResolvers<void>()

  const forget = (upTo: Microseconds): void => {
    heard = []
    heardFrom = upTo
  }
  const unlisten = tail.listen((readings, upTo) => {
    const wanted = readings.filter(({ series }) => isWanted(series))
    heardTo = upTo
    if (Number.isNaN(heardFrom) || heard.length + wanted.length > mostHeard) forget(upTo)
    else for (const reading of wanted) heard.push(reading)
    wake.resolve()
  })
  const fromStore = async (signal: AbortSignal): Promise<Arrived> => {
    const until = heardFrom
    const page = await store.received(position, inOnePage, { withoutRuns: true, signal })
    const upTo = Math.min(page.at(-1)?.receivedAt ?? until, until)
    return { readings: page.filter(({ receivedAt }) => receivedAt <= upTo), upTo: position = upTo }
  }
  const fromMemory = (): Arrived => {
    const readings = heard.filter(({ receivedAt }) => receivedAt > position)
    forget(heardTo)
    return { readings, upTo: position = heardTo }
  }
  return {
    get position() { return position },
    async started() {
      await tail.started()
      if (Number.isNaN(heardFrom)) heardFrom = heardTo = tail.position
    },
    async next(withinMs, signal) {
      if (position < heardFrom) return await fromStore(signal)
      if (!(heardTo > position)) await pause(wake.promise, withinMs, signal)
      wake = Promise.withResolvers<void>()
      if (signal.aborted) return undefined
      if (position < heardFrom) return await fromStore(signal)
      return heardTo > position ? fromMemory() : undefined
    },
    back(to) {
      forget(Math.max(position, heardTo))
      position = Math.min(position, to)
    },
    [Symbol.dispose]: unlisten,
  }
}

async function pause(wake: Promise<void>, withinMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const over = Promise.withResolvers<void>()
  const end = (): void => { over.resolve() }
  const timer = setTimeout(end, withinMs)
  signal.addEventListener('abort', end)
  await Promise.race([wake, over.promise])
  clearTimeout(timer)
  signal.removeEventListener('abort', end)
}
