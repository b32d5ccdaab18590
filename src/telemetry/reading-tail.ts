import type { Microseconds } from './reading.ts'
import type { Received, TelemetryStore } from './telemetry-store.ts'

/** Follows what is received, for all who listen; reads nothing while nobody does. */
export interface ReadingTail extends Disposable {
  /**
   * Calls the listener with what is received from now on, whole batches in the order of receipt; returns how to end that. What is received before `started()`
   * resolves may not be among it.
   */
  listen(onReadings: OnReadings): () => void
  /** Resolves when the place is known from which on listeners hear of everything. Rejects with the failure of the store, and is tried again meanwhile. */
  started(): Promise<void>
  /** Listeners have heard of everything up to here; NaN while nobody listens. */
  readonly position: Microseconds
  /** There may be something new. */
  wake(): void
}

/** `upTo`: everything that was received until then has been told; there may be nothing, where it was runs that said something. */
export type OnReadings = (readings: readonly Received[], upTo: Microseconds) => void

export interface ReadingTailConfig {
  readonly store: Pick<TelemetryStore, 'received' | 'head'>
  /** Whether other processes write into the store: what they write is looked for, as nobody calls `wake` for it. */
  readonly isShared: boolean
  /** Whether what runs say is left out. */
  readonly withoutRuns?: boolean
  readonly onTrouble: (error: unknown) => void
}

/** Readings that are fetched at once, but for a batch that is larger. */
const pageSize = 5_000
/** How often a shared store is looked at: soon after it held something, then ever more seldom. */
const [soonestPollMs, latestPollMs] = [25, 400]
const [soonestRetryMs, latestRetryMs] = [100, 5_000]

export function createReadingTail({ store, isShared, withoutRuns = false, onTrouble }: ReadingTailConfig): ReadingTail {
  const listeners = new Set<OnReadings>()
  let run: Run | undefined

  const tell: OnReadings = (readings, upTo) => {
    for (const listener of listeners) {
      try {
        listener(readings, upTo)
      } catch (error) {
        onTrouble(error) // the others hear of it all the same
      }
    }
  }

  return {
    listen(onReadings) {
      const listener: OnReadings = (readings, upTo) => { onReadings(readings, upTo) } // the same function may listen twice
      listeners.add(listener)
      run ??= follow(store, { isShared, withoutRuns, tell, onTrouble })
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return
        run?.stop()
        run = undefined
      }
    },
    started: async () => { await run?.started() },
    get position() {
      return run?.position ?? Number.NaN
    },
    wake() {
      run?.wake()
    },
    [Symbol.dispose]() {
      listeners.clear()
      run?.stop()
      run = undefined
    },
  }
}

/** From the first listener's coming to the last one's leaving. */
interface Run {
  readonly position: Microseconds
  started(): Promise<void>
  wake(): void
  stop(): void
}

interface RunConfig extends Required<Omit<ReadingTailConfig, 'store'>> {
  readonly tell: OnReadings
}

function follow(store: ReadingTailConfig['store'], { isShared, withoutRuns, tell, onTrouble }: RunConfig): Run {
  const ending = new AbortController()
  const { signal } = ending
  let position = Number.NaN
  let starting: Promise<void> | undefined
  let isReading = false
  let isAsked = false
  let timer: NodeJS.Timeout | undefined
  let pollMs = soonestPollMs
  let retryMs = 0

  const start = async (): Promise<void> => {
    const head = await store.head()
    if (Number.isNaN(position)) position = head
  }
  /** Once it was found the place stays; a failure is not kept. */
  const started = (): Promise<void> => (starting ??= start().catch((error: unknown) => {
    starting = undefined
    throw error
  }))

  const readAll = async (): Promise<void> => {
    await started()
    do {
      isAsked = false
      const head = withoutRuns ? await store.head() : position
      const readings = await store.received(position, pageSize, { withoutRuns, signal })
      if (signal.aborted) return
      const last = readings.at(-1)
      if (!last) {
        if (head > position) tell([], position = head) // what runs said until then is not looked through again
        continue
      }
      position = last.receivedAt
      pollMs = soonestPollMs
      isAsked = true // until there is no more
      tell(readings, position)
    } while (isAsked && !signal.aborted)
  }

  const after = (ms: number): void => { timer = setTimeout(read, ms).unref() }

  const read = (): void => {
    isAsked = true
    if (isReading || signal.aborted) return
    isReading = true
    clearTimeout(timer)
    void readAll().then(() => {
      isReading = false
      retryMs = 0
      if (signal.aborted) return
      if (isAsked) read() // while it ended
      else if (isShared) {
        after(pollMs)
        pollMs = Math.min(pollMs * 1.25, latestPollMs)
      }
    }, (error: unknown) => {
      isReading = false
      if (signal.aborted) return
      if (retryMs === 0) onTrouble(error) // once for an outage
      retryMs = Math.min(Math.max(soonestRetryMs, 2 * retryMs), latestRetryMs)
      after(retryMs)
    })
  }

  read()
  return {
    get position() {
      return position
    },
    started,
    wake() {
      pollMs = soonestPollMs
      if (retryMs === 0) read()
    },
    stop() {
      clearTimeout(timer)
      ending.abort()
    },
  }
}
