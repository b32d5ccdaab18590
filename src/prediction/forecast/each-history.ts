import type { SeriesReads } from '../../telemetry/series-reads.ts'
import { type History, type Place, readHistories } from './read-history.ts'

/** Histories that are read in one call: their steps are handled on this thread, which others wait for. */
const readTogether = 32

/** Reads the next part while the one before is computed, so that no more than two of them lie in memory. */
export async function eachHistory(reads: SeriesReads, places: readonly Place[], begin: (place: Place, history: History) => Promise<unknown>, signal?: AbortSignal): Promise<void> {
  let before: Promise<unknown> = Promise.resolve()
  for (let at = 0; at < places.length; at += readTogether) {
    const some = places.slice(at, at + readTogether)
    const histories = await readHistories(reads, some, signal)
    await before
    before = Promise.all(some.map((place, index) => begin(place, histories[index] as History)))
    before.catch(() => undefined) // told to whoever waits for each
  }
  await before
}
