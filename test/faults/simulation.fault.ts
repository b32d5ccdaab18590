import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Data } from '../support/app.ts'
import { isRunning } from '../simulation/host/is-running.ts'
import { createGatedEngine, hasPython, levels, levelsOf, prepareSite } from '../support/gated-engine.ts'
import { freshTenant } from '../support/neo4j.ts'
import { changeRun, ended } from '../support/runs.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'
import { stepsOf, type Started, stormOfRuns } from './simulation-storm.ts'

const forMs = Number(process.env['TWINFOLD_STORM_MS'] ?? 90_000)
const [leaseMs, atOnce, mostAttempts] = [3_000, 2, 4]

if (!hasPython) process.stdout.write('Skipped: runs amid kills, as Python is not installed.\n')

test.runIf(hasPython)('runs that are started and cancelled while servers and programs are ended by chance all come to an end that is true, and nothing is left of them', async () => {
  const [engine, tenant, folder] = [await createGatedEngine(), freshTenant('storm'), await mkdtemp(join(tmpdir(), 'twinfold-storm-'))]
  onTestFinished(async () => {
    await engine[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  const temporary = join(folder, 'temporary')
  await mkdir(temporary)
  const place = (name: string) => async (): Promise<ServerProcess> => {
    const server = await startServerProcess(tenant, {
      TWINFOLD_ENGINES: engine.enginesFile, TWINFOLD_DATA: join(folder, name), TWINFOLD_ARTIFACTS: join(folder, 'artifacts'), TWINFOLD_RUNS_AT_ONCE: String(atOnce), TWINFOLD_RUN_MEMORY_MB: '512',
      TWINFOLD_RUN_LEASE_MS: String(leaseMs), TWINFOLD_RUN_ATTEMPTS: String(mostAttempts), TWINFOLD_DRAIN_MS: '500', TMPDIR: temporary,
    })
    onTestFinished(() => server[Symbol.asyncDispose]())
    return server
  }
  const places = [place('one'), place('other')]
  const preparing = await places[0]?.()
  if (preparing) await prepareSite(preparing)
  await preparing?.kill('SIGTERM')
  const storm = await stormOfRuns({ engine, forMs, places })
  process.stdout.write(`${storm.started.length} runs; ${storm.kills} kills and ${storm.stops} stops of servers, ${storm.programsKilled} kills of programs, ${storm.cancelled} cancelled\n`)
  expect(Math.min(storm.kills + storm.stops, storm.programsKilled, storm.cancelled)).toBeGreaterThan(0)
  const counts = await expectTrueEnds(storm.servers, storm.started)
  process.stdout.write(`${[...counts].map(([state, count]) => `${count} ${state}`).join(', ')}\n`)
  expect(counts.get('SUCCEEDED')).toBeGreaterThan(0)
  for (const server of storm.servers) await server.kill('SIGTERM')
  const programs = new Set((await engine.deeds()).flatMap(({ pid, parent }) => [pid, parent]))
  expect([...programs].filter(isRunning)).toEqual([])
  expect(await readdir(temporary)).toEqual([])
}, forMs + 300_000)

/** Nothing is open, what succeeded is what an undisturbed run comes to, and what failed says why. Resolves to how many came to which end. */
async function expectTrueEnds(servers: readonly ServerProcess[], started: readonly Started[]): Promise<ReadonlyMap<string, number>> {
  const [server] = servers
  if (!server) throw new Error('The storm left no server.')
  const counts = new Map<string, number>()
  const hashes = new Map<string, string>()
  for (const { id, kind } of started) {
    const run = await ended(server, id, undefined, 120_000)
    counts.set(String(run.state), (counts.get(String(run.state)) ?? 0) + 1)
    if (run.state === 'FAILED') expect(run).toMatchObject({ attempts: mostAttempts, failure: { code: expect.stringMatching(/^(WORKER_LOST|ENGINE_CRASHED)$/) as string } })
    else expect(['SUCCEEDED', 'CANCELLED']).toContain(run.state)
    if (run.state !== 'SUCCEEDED') continue
    const hash = hashes.get(kind) ?? await undisturbed(server, id)
    hashes.set(kind, hash)
    expect([kind, run.resultHash]).toEqual([kind, hash])
    await expectWhole(servers, id, kind)
  }
  const { runs } = await server.data('{ runs(where: { state: { in: [QUEUED, BINDING, RUNNING] } }) { id state } }')
  expect(runs).toEqual([])
  return counts
}

async function undisturbed(server: ServerProcess, id: string): Promise<string> {
  const again = await changeRun(server, 'rerun', id)
  return String((await ended(server, String(again['run'].id), ['SUCCEEDED'])).resultHash)
}

/** Each server keeps its telemetry for itself: one of them has it all. */
async function expectWhole(servers: readonly ServerProcess[], id: string, kind: string): Promise<void> {
  const steps = stepsOf.get(kind)
  if (steps === undefined) {
    const { run } = await (servers[0] as ServerProcess).data('query ($id: ID!) { run(id: $id) { members { edges { node { index failure { code } } } } } }', { id })
    expect(run.members.edges.map(({ node }: { node: Data }) => [node['index'], node['failure']])).toEqual(Array.from({ length: 24 }, (_, index) => [index, null]))
    return
  }
  const found = await Promise.all(servers.map((server) => levelsOf(server, id)))
  expect(found.toSorted((a, b) => b.length - a.length)[0]).toEqual(levels(steps).slice(0, 1_000)) // a page of them
}
