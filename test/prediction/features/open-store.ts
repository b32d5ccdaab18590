import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDuckdbTelemetryStore } from '../../../src/adapters/duckdb/telemetry-store.ts'
import type { Reading, SeriesKey } from '../../../src/telemetry/reading.ts'
import type { TelemetryStore } from '../../../src/telemetry/telemetry-store.ts'

export interface OpenedStore extends AsyncDisposable {
  readonly store: TelemetryStore
  /** All that is there, by series. */
  everything(series: readonly SeriesKey[], knownUntil?: number): Promise<readonly (readonly Reading[])[]>
  /** The store, and how often it is asked. */
  counted(): { readonly reads: Pick<TelemetryStore, 'readings' | 'latestBefore'>; readonly calls: () => number; readonly readings: () => number }
}

/** An embedded store with nothing in it. */
export async function openStore(): Promise<OpenedStore> {
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-features-'))
  const store = await createDuckdbTelemetryStore({ directory })
  return {
    store,
    everything: (series, knownUntil) => store.readings(series, { from: -Infinity, to: Infinity }, { first: 100_000, knownUntil }),
    counted() {
      let [calls, readings] = [0, 0]
      return {
        calls: () => calls, readings: () => readings,
        reads: {
          async readings(...asked) {
            calls++
            const found = await store.readings(...asked)
            readings += found.reduce((sum, page) => sum + page.length, 0)
            return found
          },
          async latestBefore(...asked) {
            calls++
            return await store.latestBefore(...asked)
          },
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
