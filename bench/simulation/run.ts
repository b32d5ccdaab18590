// npm run bench simulation: what runs through the API cost beside the same calls of epanet-js, and what they leave of the machine to others. Prints Markdown tables.
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedNeo4j } from '../../src/adapters/neo4j/embedded/server.ts'
import { quantile } from '../time/measure.ts'
import { ask } from '../reads.ts'
import { serve, type Served } from '../serve.ts'
import { assimilate } from './assimilation.ts'
import { load, runToEnd, untilEnd } from './client.ts'
import { everything, pressures, runDirectly } from './direct.ts'
import { hasWaterData, linkTwin, namesOf, nodeTwin, readNetwork, type WaterNetwork } from './networks.ts'

if (!hasWaterData) throw new Error('This bench needs the water networks of ../shared/data.')

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
/** Parts of the bench; all of them where nothing is said. */
const wanted = process.env['BENCH_PARTS']?.split(',')
const print = (text: string): void => void process.stdout.write(`${text}\n`)
const ms = (value: number): string => value.toFixed(value < 100 ? 1 : 0)
const median = (values: readonly number[]): number => quantile(values, 0.5)
const hour = 3_600

await using parts = new AsyncDisposableStack()
const directory = await mkdtemp(join(tmpdir(), 'twinfold-bench-'))
parts.defer(() => rm(directory, { recursive: true, force: true }))
const { connection } = parts.use(await createEmbeddedNeo4j({ dataDirectory: join(directory, 'neo4j'), environment: process.env, log: console }))

/** A server over the one graph; each keeps its own telemetry and artifacts. */
const start = (name: string, more: Readonly<Record<string, string>> = {}): Promise<Served> => serve('../src/main.ts', {
  NEO4J_URI: connection.uri, NEO4J_USERNAME: connection.username, NEO4J_PASSWORD: connection.password, TWINFOLD_PORT: '0', TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'error',
  TWINFOLD_DATA: join(directory, name), ...more,
})

const net3 = readNetwork('net3', 'epanet/Net3.inp')
const net6 = readNetwork('net6', 'epanet/Net6.inp')
const ctown = readNetwork('ctown', 'batadal/CTOWN.INP')
const ltown = readNetwork('ltown', 'battledim/L-TOWN.inp')

print(`${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load ${loadavg().map((each) => each.toFixed(1)).join(' ')}; medians of ${rounds}`)
for (const [name, measure] of Object.entries({ runs: compareRuns, sweep: compareSweeps, assimilation: measureAssimilation, queries: compareQueries })) if (!wanted || wanted.includes(name)) await measure()
print(`\nload ${loadavg().map((each) => each.toFixed(1)).join(' ')}`)

/** A simulation of a network's file. `of`: the twins that have results. */
function simulation({ name, sha256 }: WaterNetwork, of: readonly string[] | undefined, { horizon, step, outputs, seed }: { readonly horizon: number; readonly step: number; readonly outputs?: readonly string[]; readonly seed?: number }): object {
  const network = [net3, net6, ctown, ltown].find((each) => each.name === name) ?? net3
  const names = namesOf(network)
  return {
    engine: 'epanet', of: of ?? [name], over: of ? [] : ['hasElement'], from: '2026-03-02T00:00:00Z', horizon: `PT${horizon}S`, step: `PT${step}S`, seed: seed ?? 1, force: true,
    parameters: { model: sha256, names: of ? Object.fromEntries(of.map((twin) => [twin, names[twin]])) : names, ...(outputs && { outputs }) },
  }
}

function sensed({ nodes, links }: WaterNetwork): { readonly nodes: readonly string[]; readonly links: readonly string[] } {
  return { nodes: nodes.slice(0, 33), links: links.slice(0, 7) }
}

function sensors(network: WaterNetwork): readonly string[] {
  const { nodes, links } = sensed(network)
  return [...nodes.map((id) => nodeTwin(network.name, id)), ...links.map((id) => linkTwin(network.name, id))]
}

async function compareRuns(): Promise<void> {
  await using server = await start('runs')
  for (const network of [ctown, net6, ltown]) await load(server.url, network)
  print('\n| one run | epanet-js directly, ms | through the API: computed, ms | ratio (target ≤ 1.15) | from the mutation to being told of the end, ms | ratio | values stored | a second |\n|---|---|---|---|---|---|---|---|')
  for (const [network, horizon, step] of [[ctown, 168 * hour, 900], [ltown, 168 * hour, 300], [net6, 96 * hour, hour]] as const) {
    for (const [what, of, outputs, read] of [['40 sensors', sensors(network), undefined, { ...everything, of: sensed(network) }], ['all pressures', undefined, ['pressure'], pressures], ['everything', undefined, undefined, everything]] as const) {
      const [direct, worked, whole]: [number[], number[], number[]] = [[], [], []]
      let values = 0
      for (let round = 0; round <= rounds; round++) {
        const alone = await runDirectly(network, { horizon, step, ...read })
        const run = await runToEnd(server.url, 'startSimulation', simulation(network, of, { horizon, step, ...(outputs && { outputs }) }))
        if (round === 0) continue // the first of each has plans to be made
        direct.push(alone)
        worked.push(run.workedMs)
        whole.push(run.wholeMs)
        values = run.values
      }
      const [a, b, c] = [median(direct), median(worked), median(whole)]
      print(`| ${network.name}, ${horizon / hour} h every ${step / 60} min, ${what} | ${ms(a)} | ${ms(b)} | ${(b / a).toFixed(2)} × | ${ms(c)} | ${(c / a).toFixed(2)} × | ${values.toLocaleString('en')} | ${Math.round((values / b) * 1_000).toLocaleString('en')} |`)
    }
  }
}

/** The same thousand runs by one worker and by two. */
async function compareSweeps(): Promise<void> {
  const members = Number(process.env['BENCH_MEMBERS'] ?? 1_000)
  const took: number[] = []
  for (const atOnce of [1, 2]) {
    await using server = await start(`sweep-${atOnce}`, { TWINFOLD_RUNS_AT_ONCE: String(atOnce) })
    await load(server.url, net3)
    const input = (seed: number, samples: number): object => ({
      simulation: simulation(net3, sensors(net3), { horizon: 24 * hour, step: hour, seed }), design: 'LATIN_HYPERCUBE', samples, variables: [{ variable: { parameter: 'demandMultiplier' }, from: 0.8, to: 1.2 }],
    })
    await runToEnd(server.url, 'startSweep', input(1, 20))
    const times: number[] = []
    for (let round = 0; round < Math.max(3, rounds); round++) times.push((await runToEnd(server.url, 'startSweep', input(2 + round, members))).workedMs)
    took.push(median(times))
  }
  const [one = NaN, two = NaN] = took
  print(`\n| ${members.toLocaleString('en')} runs of Net3 as a sweep | one worker, ms | two, ms | ratio (target ≥ 1.6) | runs a second, two |\n|---|---|---|---|---|\n| | ${ms(one)} | ${ms(two)} | ${(one / two).toFixed(2)} × | ${Math.round((members / two) * 1_000).toLocaleString('en')} |`)
}

async function measureAssimilation(): Promise<void> {
  await using server = await start('assimilation')
  await load(server.url, ctown)
  const { hours, run } = await assimilate(server.url, ctown)
  print(`\n| C-Town follows its telemetry | hours | s, from the claim to the end (target ≤ 30 for 15,000) | from the mutation to being told | values stored |\n|---|---|---|---|---|\n| | ${hours.toLocaleString('en')} | ${(run.workedMs / 1_000).toFixed(1)} | ${(run.wholeMs / 1_000).toFixed(1)} | ${run.values.toLocaleString('en')} |`)
}

/** Point queries while nothing runs, and while two runs compute. */
async function compareQueries(): Promise<void> {
  await using server = await start('queries', { TWINFOLD_RUNS_AT_ONCE: '2' })
  await load(server.url, ltown)
  const points = async (seconds: number): Promise<readonly number[]> => {
    const times: number[] = []
    const until = performance.now() + seconds * 1_000
    for (let n = 0; performance.now() < until; n++) {
      const id = nodeTwin('ltown', ltown.nodes[n % ltown.nodes.length] ?? '')
      const before = performance.now()
      await ask(server.url, 'query($id: ID!) { waterNode(id: $id) { _id _version pressure { latest { value at } } } }', { id })
      times.push(performance.now() - before)
    }
    return times
  }
  await points(3)
  const idle = await points(8)
  const ids = await Promise.all([1, 2].map(async (seed) => {
    const answer = await ask(server.url, 'mutation($i: StartSimulationInput!) { startSimulation(input: $i) { ... on StartSimulationSuccess { run { id } } } }', { i: simulation(ltown, sensors(ltown), { horizon: 3_650 * 24 * hour, step: hour, seed }) }) as { readonly startSimulation: { readonly run: { readonly id: string } } }
    return answer.startSimulation.run.id
  }))
  await points(2)
  const busy = await points(8)
  for (const id of ids) await ask(server.url, 'mutation($id: ID!) { cancelRun(id: $id) { __typename } }', { id })
  for (const id of ids) await untilEnd(server.url, id)
  const row = (name: string, times: readonly number[]): string => `| ${name} | ${ms(median(times))} | ${ms(quantile(times, 0.95))} | ${ms(quantile(times, 0.99))} |`
  print(`\n| point queries, one after the other | p50, ms | p95 | p99 |\n|---|---|---|---|\n${row('idle', idle)}\n${row('while two runs compute and store', busy)}\n\np95: ${(quantile(busy, 0.95) / quantile(idle, 0.95)).toFixed(2)} × (target ≤ 2)`)
}
