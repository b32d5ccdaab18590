import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDuckdbTelemetryStore, type DuckdbTelemetryConfig } from '../../../src/adapters/duckdb/telemetry-store.ts'
import { telemetryStoreContract } from '../../telemetry/store-contract.ts'

const how: readonly (readonly [string, Partial<DuckdbTelemetryConfig>])[] = [
  ['The embedded telemetry store', {}],
  ['The embedded telemetry store that merges all the time', { mergeRows: 20, mergeAfterMs: 50 }],
]

for (const [name, config] of how) {
  telemetryStoreContract(name, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'twinfold-duckdb-'))
    const openStore = () => createDuckdbTelemetryStore({ directory, ...config })
    let store = await openStore()
    return {
      store,
      async reopen() {
        await store[Symbol.asyncDispose]()
        return (store = await openStore())
      },
      async close() {
        await store[Symbol.asyncDispose]()
        await rm(directory, { recursive: true, force: true })
      },
    }
  })
}
