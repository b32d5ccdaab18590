import { monotonicMs } from '../util/clock.ts'
import type { Schema } from '../model/model.ts'
import type { SeriesKey, SeriesValue } from './reading.ts'
import type { TelemetryStore } from './telemetry-store.ts'
import { ownerOf, type TwinDirectory } from './twin-directory.ts'

export interface LatestValue {
  readonly twin: string
  readonly name: string
  readonly schema: Schema
  readonly value: SeriesValue
}

/** Writes latest values onto twins, where filters and orders of lists find them. Twins that are gone are left out. */
export interface LatestValues {
  write(values: readonly LatestValue[]): Promise<void>
}

/**
 * The latest value of each series, written behind: however often it changes, it is written once a round. Only measured series are on twins.
 * What fails is tried again in the next round; after a restart everything is written once, since the last rounds may be missing.
 */
export interface LatestProjection extends AsyncDisposable {
  /** These have new readings. */
  mark(keys: Iterable<SeriesKey>): void
  /** Series that wait. */
  readonly waiting: number
  /** How long the one that waits longest has waited, in ms; 0 where none does. */
  readonly lagMs: number
  /** Resolves when what is marked by now is written. */
  settled(): Promise<void>
}

export interface LatestProjectionConfig {
  readonly store: Pick<TelemetryStore, 'latest'>
  readonly values: LatestValues
  readonly directory: Pick<TwinDirectory, 'prepare' | 'schemaOf'>
  /** The shortest time between two rounds. */
  readonly restMs?: number
  /** These values are on the twins by now. */
  readonly onWritten?: ((values: readonly LatestValue[]) => void) | undefined
  readonly onTrouble: (error: unknown) => void
}

/** In one statement. */
const mostInOne = 2_000
/** Rounds that take long are rare, so that the graph has most of its time for others; but no latest value is to be older than two seconds. */
const restPerWork = 4
const mostRestMs = 1_250

export function createLatestProjection({ store, values, directory, restMs = 250, onWritten, onTrouble }: LatestProjectionConfig): LatestProjection {
  let marked = new Set<SeriesKey>()
  let writing: ReadonlySet<SeriesKey> = new Set()
  let waitingSince: number | undefined
  let round: Promise<void> | undefined

  const write = async (): Promise<void> => {
    const [keys, since] = [[...marked], waitingSince]
    writing = marked
    marked = new Set()
    waitingSince = undefined
    try {
      for (let start = 0; start < keys.length; start += mostInOne) {
        const some = keys.slice(start, start + mostInOne)
        await directory.prepare(some.flatMap(({ twin }) => [twin, ownerOf(twin)]))
        const latest = await store.latest(some)
        const fresh = some.flatMap((key, index) => {
          const [reading, schema] = [latest[index], directory.schemaOf(key)]
          return reading && schema ? [{ twin: key.twin, name: key.name, schema, value: reading.value }] : []
        })
        await values.write(fresh)
        onWritten?.(fresh)
      }
    } catch (error) {
      for (const key of keys) marked.add(key)
      waitingSince = since
      onTrouble(error)
    } finally {
      writing = new Set()
    }
  }
  let restUntil = 0
  const next = (): Promise<void> => {
    if (round) return round
    const begun = monotonicMs()
    return (round = write().finally(() => {
      round = undefined
      restUntil = monotonicMs() + Math.min(mostRestMs, restPerWork * (monotonicMs() - begun))
    }))
  }
  const timer = setInterval(() => { if (marked.size > 0 && monotonicMs() >= restUntil) void next() }, restMs).unref()

  return {
    mark(keys) {
      for (const key of keys) if (key.source === 'MEASURED') marked.add(key)
      if (marked.size > 0) waitingSince ??= monotonicMs()
    },
    get waiting() {
      return marked.size + writing.size
    },
    get lagMs() {
      return waitingSince === undefined ? 0 : monotonicMs() - waitingSince
    },
    async settled() {
      await round
      await next()
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await round
      if (marked.size > 0) await next()
    },
  }
}
