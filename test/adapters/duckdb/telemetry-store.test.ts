import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createDuckdbTelemetryStore, type DuckdbTelemetryConfig } from '../../../src/adapters/duckdb/telemetry-store.ts'
import { newYear, seriesOf } from '../../telemetry/store-arbitraries.ts'
import { telemetryStoreContract } from '../../telemetry/store-contract.ts'
import { createStoreModel } from '../../telemetry/store-model.ts'

const how: readonly (readonly [string, Partial<DuckdbTelemetryConfig>])[] = [
  ['The embedded telemetry store', {}],
  ['The embedded telemetry store that merges all the time', { mergeRows: 20, mergeAfterMs: 50 }],
]

/** Each round of corrections is merged by itself, and what came late becomes ordinary when there is much of it. */
test('The embedded telemetry store knows what was known, through every merge of many corrections', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-duckdb-'))
  const openStore = () => createDuckdbTelemetryStore({ directory })
  let store = await openStore()
  const series = seriesOf('pump-1', 'flow', 'float')
  const cursors: number[] = []
  for (let round = 0; round < 20; round++) {
    const { cursor } = await store.append(Array.from({ length: 5 }, (_, index) => ({ series, at: newYear + (index * (round % 3 + 1)) % 7, value: round, quality: 'GOOD', origin: null, sequence: null })))
    cursors.push(cursor)
    await store.forget([]) // merges what is there
    if (round % 7 === 6) {
      await store[Symbol.asyncDispose]()
      store = await openStore()
    }
  }
  const model = createStoreModel()
  for (const [round, cursor] of cursors.entries()) {
    model.append(Array.from({ length: 5 }, (_, index) => ({ series, at: newYear + (index * (round % 3 + 1)) % 7, value: round, quality: 'GOOD', origin: null, sequence: null })), cursor)
  }
  const always = { from: -Infinity, to: Infinity }
  for (const knownUntil of [...cursors, undefined]) {
    const [found] = await store.readings([series], always, { first: 100, knownUntil })
    expect(found?.map(({ at, value }) => [at, value])).toEqual(model.readings(series, always, { knownUntil }).map(({ at, value }) => [at, value]))
  }
  await store[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

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
