import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { openTestApp, type TestApp } from '../support/app.ts'
import { createCuttingProxy } from '../support/cutting-proxy.ts'
import { createGatedEngine, type GatedEngine, hasPython, levels, levelsOf, prepareSite } from '../support/gated-engine.ts'
import { freshTenant } from '../support/neo4j.ts'
import { postgresFolder, startPostgres } from '../support/postgres.ts'
import { redisPath, startRedis } from '../support/redis.ts'
import { ended, started } from '../support/runs.ts'

const runs = { atOnce: 1, memoryMb: 512, mostOpen: 100, mostValues: 1_000, mostAttempts: 1, leaseMs: 10_000, silenceMs: 60_000 }

async function openSite(more: Parameters<typeof openTestApp>[0]): Promise<{ readonly app: TestApp; readonly engine: GatedEngine }> {
  const engine = await createGatedEngine()
  onTestFinished(() => engine[Symbol.asyncDispose]())
  const app = await openTestApp({ enginesFile: engine.enginesFile, runs, ...more })
  onTestFinished(() => app[Symbol.asyncDispose]())
  await prepareSite(app)
  return { app, engine }
}

describe.skipIf(!hasPython)('a run with one attempt succeeds', () => {
  it.skipIf(postgresFolder === undefined)('although the telemetry store is away for a moment while its results are stored', async () => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres[Symbol.asyncDispose]())
    const { app, engine } = await openSite({ telemetryUrl: postgres.url })
    const id = await started(app, engine.request({ gate: 'go' }))
    await engine.noted('wait')
    await postgres.stop('SIGQUIT')
    await engine.open('go')
    await engine.noted('end')
    await postgres.start()
    expect(await ended(app, id)).toMatchObject({ state: 'SUCCEEDED', attempts: 1, failure: null, values: 11 })
    expect(await levelsOf(app, id)).toEqual(levels())
  }, 240_000)

  it.each(['wait', 'open'] as const)('although the graph store is away for a moment (%s)', async (where) => {
    const { uri, username, password, database = 'neo4j' } = inject('neo4j')
    await using proxy = await createCuttingProxy({ target: Number(new URL(uri).port), random: () => 0 })
    const { app, engine } = await openSite({ neo4j: { uri: `bolt://127.0.0.1:${proxy.port}`, username, password, database } })
    const id = await started(app, engine.request({ [where === 'wait' ? 'gate' : 'openGate']: 'go' }))
    await engine.noted(where)
    proxy.isClosed = true
    proxy.cut(1)
    await engine.open('go')
    if (where === 'wait') await engine.noted('end')
    await expect.poll(async () => (await app.ask('{ runs { id } }')).errors?.[0]?.extensions['code'], { timeout: 20_000 }).toBe('STORE_UNAVAILABLE')
    proxy.isClosed = false
    expect(await ended(app, id)).toMatchObject({ state: 'SUCCEEDED', attempts: 1, failure: null, values: 11 })
    expect(await levelsOf(app, id)).toEqual(levels())
  }, 240_000)
})

describe.skipIf(!hasPython || redisPath === undefined)('runs that two processes share over Redis', () => {
  it('are each done once, those queued before it was restarted, while it was away, and after', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis[Symbol.asyncDispose]())
    const tenant = freshTenant('redis')
    const { app: one, engine } = await openSite({ tenant, redisUrl: redis.url })
    const other = await openTestApp({ tenant, redisUrl: redis.url, enginesFile: engine.enginesFile, runs: { ...runs, mostAttempts: 3 }, artifactsDirectory: `${one.directory}/artifacts` })
    onTestFinished(() => other[Symbol.asyncDispose]())
    const ids: string[] = []
    const start = async (app: TestApp, gate?: string): Promise<void> => { ids.push(await started(app, engine.request({ gain: ids.length + 1, ...(gate !== undefined && { gate }) }))) }
    await start(one, 'go')
    await start(other, 'go')
    await engine.noted('wait', 2)
    for (let index = 0; index < 4; index++) await start(index % 2 === 0 ? one : other)
    await redis.stop('SIGKILL')
    for (let index = 0; index < 2; index++) await start(index % 2 === 0 ? one : other)
    await engine.open('go')
    await redis.start()
    for (let index = 0; index < 4; index++) await start(index % 2 === 0 ? one : other)
    for (const [index, id] of ids.entries()) {
      expect(await ended(index % 3 === 0 ? one : other, id)).toMatchObject({ state: 'SUCCEEDED', attempts: 1 })
      const [mine, theirs] = [await levelsOf(one, id), await levelsOf(other, id)]
      expect([...mine, ...theirs]).toEqual(levels(10, index + 1)) // one of them did it, and keeps its telemetry
    }
    expect((await engine.deeds()).filter(({ did }) => did === 'run').map(({ gain }) => gain).toSorted((a, b) => a - b)).toEqual(ids.map((_, index) => index + 1))
  }, 240_000)
})
