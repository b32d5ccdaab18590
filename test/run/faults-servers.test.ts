import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isRunning } from '../simulation/host/is-running.ts'
import type { Data } from '../support/app.ts'
import { createGatedEngine, type GatedEngine, hasPython, levels, levelsOf, prepareSite } from '../support/gated-engine.ts'
import { freshTenant } from '../support/neo4j.ts'
import { changeRun, ended, started } from '../support/runs.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'
import { watchRuns } from '../support/watch-runs.ts'

interface Installation {
  readonly engine: GatedEngine
  /** Servers of the same name have the same data. */
  start(name: string, environment?: Readonly<Record<string, string>>): Promise<ServerProcess>
}

/** Servers of one tenant, which share their artifacts; until the test ends. */
async function install(environment: Readonly<Record<string, string>>): Promise<Installation> {
  const [engine, tenant, folder] = [await createGatedEngine(), freshTenant('servers'), await mkdtemp(join(tmpdir(), 'twinfold-servers-'))]
  const servers: ServerProcess[] = []
  onTestFinished(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]()
    await engine[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    engine,
    async start(name, more) {
      const server = await startServerProcess(tenant, {
        TWINFOLD_ENGINES: engine.enginesFile, TWINFOLD_DATA: join(folder, name), TWINFOLD_ARTIFACTS: join(folder, 'artifacts'), TWINFOLD_RUNS_AT_ONCE: '1', TWINFOLD_RUN_MEMORY_MB: '512', ...environment, ...more,
      })
      servers.push(server)
      return server
    },
  }
}

/** It succeeded, its series are whole, and it is the same as one that nothing disturbed. */
async function expectTrue(server: ServerProcess, id: string, attempts: number): Promise<void> {
  const run = await ended(server, id)
  expect(run).toMatchObject({ state: 'SUCCEEDED', attempts, failure: null, values: 11 })
  expect(await levelsOf(server, id)).toEqual(levels())
  const again = await ended(server, String((await changeRun(server, 'rerun', id))['run'].id))
  expect(again).toMatchObject({ state: 'SUCCEEDED', resultHash: run.resultHash, kpis: run.kpis })
}

const shortLease = { TWINFOLD_RUN_LEASE_MS: '2000' }

describe.skipIf(!hasPython)('runs of a server that ends', () => {
  it('by being killed are done by the next one, those that waited and the one under way, whose processes are gone', async () => {
    const { engine, start } = await install(shortLease)
    const first = await start('one')
    await prepareSite(first)
    const [underWay, waiting] = [await started(first, engine.request({ gate: 'go' })), await started(first, engine.request({}, { seed: 2 }))]
    const { pid, parent } = await engine.noted('wait')
    await first.kill('SIGKILL')
    await expect.poll(() => [pid, parent].some(isRunning), { timeout: 10_000 }).toBe(false)
    await engine.open('go')
    const next = await start('one')
    await expectTrue(next, underWay, 2)
    await expectTrue(next, waiting, 1)
  }, 240_000)

  it('in order are given back at once, which uses up no attempt', async () => {
    const { engine, start } = await install({ TWINFOLD_RUN_LEASE_MS: '600000', TWINFOLD_RUN_ATTEMPTS: '1' })
    const first = await start('one')
    await prepareSite(first)
    const [underWay, waiting] = [await started(first, engine.request({ gate: 'go' })), await started(first, engine.request({}, { seed: 2 }))]
    const { pid } = await engine.noted('wait')
    await first.kill('SIGTERM')
    expect(isRunning(pid)).toBe(false)
    const second = await start('one')
    await engine.noted('wait', 2)
    await second.kill('SIGTERM')
    await engine.open('go')
    const third = await start('one')
    await expectTrue(third, underWay, 1)
    await expectTrue(third, waiting, 1)
  }, 240_000)

  it('are taken up by another one, and listeners of each hear of what the other does', async () => {
    const { engine, start } = await install(shortLease)
    const [one, other] = [await start('one'), await start('other')]
    await prepareSite(one)
    const held = await started(one, engine.request({ gate: 'go' }))
    await engine.noted('wait')
    const [held2, both] = [await started(one, engine.request({ gate: 'go-2' }, { seed: 2 })), [one, other]]
    await engine.noted('wait', 2) // each has one
    await using atOne = watchRuns(one, {})
    await using atOther = watchRuns(other, { ids: [held, held2] })
    await Promise.all([atOne.opened, atOther.opened])
    await engine.open('go-2')
    await Promise.all([atOne.until(held2, 'SUCCEEDED'), atOther.until(held2, 'SUCCEEDED')])
    const owners = await Promise.all(both.map(async (server) => (await levelsOf(server, held2)).length))
    expect(owners.toSorted((a, b) => a - b)).toEqual([0, 11]) // each keeps its telemetry for itself
    const loser = owners[0] === 11 ? other : one // it still has the first run
    await loser.kill('SIGKILL')
    const survivor = loser === one ? other : one
    await engine.noted('wait', 3)
    await engine.open('go')
    expect(await ended(survivor, held)).toMatchObject({ state: 'SUCCEEDED', attempts: 2 })
    expect(await levelsOf(survivor, held)).toEqual(levels())
    if (survivor === other) await atOther.done
  }, 240_000)

  it('amid a sweep is gone on with where it was: members that were done are not done again', async () => {
    const { engine, start } = await install(shortLease)
    const first = await start('one')
    await prepareSite(first)
    const gains = Array.from({ length: 12 }, (_, index) => index + 1)
    const sweep = async (server: ServerProcess, force: boolean): Promise<string> => {
      const input = { simulation: engine.request({ gate: 'go', heldFrom: 9 }, { force }), design: 'GRID', variables: [{ variable: { parameter: 'gain' }, values: gains }], keepSeries: true }
      const { startSweep } = await server.data('mutation ($input: StartSweepInput!) { startSweep(input: $input) { __typename ... on StartSweepSuccess { run { id } } ... on Invalid { problems { message } } } }', { input })
      expect(startSweep).toMatchObject({ __typename: 'StartSweepSuccess' })
      return String(startSweep.run.id)
    }
    const members = async (server: ServerProcess, id: string): Promise<readonly Data[]> =>
      (await server.data('query ($id: ID!) { run(id: $id) { members { edges { node { index settings kpis resultHash series(twin: "tank-1", name: "level") { ... on FloatSeries { readings { edges { node { value } } } } } } } } } }', { id })).run.members.edges.map(({ node }: { node: Data }) => node) as readonly Data[]
    const id = await sweep(first, false)
    await engine.noted('wait')
    await expect.poll(async () => (await members(first, id)).length, { timeout: 30_000 }).toBe(8)
    await first.kill('SIGKILL')
    await engine.open('go')
    const next = await start('one')
    const run = await ended(next, id)
    expect(run).toMatchObject({ state: 'SUCCEEDED', attempts: 2 })
    const done = (await engine.deeds()).filter(({ did }) => did === 'end').map(({ gain }) => gain)
    expect(done.toSorted((a, b) => a - b)).toEqual(gains)
    const undisturbed = await sweep(next, true)
    expect(await ended(next, undisturbed)).toMatchObject({ state: 'SUCCEEDED', resultHash: run.resultHash, kpis: run.kpis })
    const all = await members(next, id)
    expect(all).toEqual(await members(next, undisturbed))
    for (const { series, settings } of all) expect(series.readings.edges.map(({ node }: { node: { value: number } }) => node.value)).toEqual(levels(10, settings.gain as number))
  }, 240_000)
})
