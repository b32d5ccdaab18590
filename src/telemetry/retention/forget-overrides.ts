import { isOwnSeries } from '../../scenario/override.ts'
import type { OverrideStore } from '../../scenario/override-store.ts'
import type { Microseconds, Reading, SeriesKey } from '../reading.ts'
import type { TelemetryStore } from '../telemetry-store.ts'

/** Readings that were stored so long ago, and that nothing names, will not be named any more. */
const graceMicroseconds = 600_000_000
/** Overrides that are asked about at once. */
const portionSize = 10_000

/** Forgets the readings that overrides had of their own, after others took their place or their scenario ended; resolves to how many. */
export async function forgetOverrides(all: readonly { readonly key: SeriesKey; readonly latest: Reading }[], now: Microseconds, { store, overrides }: { readonly store: Pick<TelemetryStore, 'forget'>; readonly overrides: Pick<OverrideStore, 'existing'> }): Promise<number> {
  const own = all.filter(({ key, latest }) => isOwnSeries(key) && latest.receivedAt < now - graceMicroseconds)
  let forgotten = 0
  for (let start = 0; start < own.length; start += portionSize) {
    const some = own.slice(start, start + portionSize)
    const existing = await overrides.existing(some.map(({ key }) => key.run ?? ''))
    const ended = some.filter(({ key }) => !existing.has(key.run ?? '')).map(({ key }) => key)
    if (ended.length > 0) forgotten += await store.forget([{ series: ended, before: Number.MAX_SAFE_INTEGER }])
  }
  return forgotten
}
