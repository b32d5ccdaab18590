import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Config } from '../../src/config.ts'
import { openTestApp, type TestApp } from './app.ts'

/** What the engine is a program for; where it is not installed, tests say so and are skipped. */
export const hasPython = spawnSync('python3', ['--version']).status === 0

/** The engine `gated`, whose runs go on when the test says so; see test/run/programs/gated.py. */
export interface GatedEngine extends AsyncDisposable {
  /** For `TWINFOLD_ENGINES`. */
  readonly enginesFile: string
  /** Its runs pass a gate once it is open. */
  open(gate: string): Promise<void>
  /** What was noted so far. */
  deeds(): Promise<readonly Deed[]>
  /** Resolves when the deed was noted so often; to the last of them. */
  noted(did: Deed['did'], times?: number): Promise<Deed>
  /** A simulation of `tank-1`. */
  request(parameters?: Readonly<Record<string, unknown>>, more?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
}

export interface Deed {
  readonly did: 'open' | 'run' | 'wait' | 'end'
  readonly gain: number
  /** Of the program. */
  readonly pid: number
  /** Of the process that has it. */
  readonly parent: number
}

const program = fileURLToPath(new URL('../run/programs/gated.py', import.meta.url))

const definition = (limits: object): object => ({
  id: 'gated', version: '1.0.0', command: ['python3', '-B', program], determinism: 'BITWISE', kpis: [{ name: 'total' }], limits: { timeMs: 120_000, ...limits },
  roles: [{ role: 'tank', models: ['dtmi:site:Tank'], outputs: [{ name: 'level', unit: 'metre' }] }],
  parameters: {
    type: 'object', additionalProperties: false, required: ['folder'],
    properties: {
      folder: { type: 'string' }, gate: { type: 'string' }, openGate: { type: 'string' }, fault: { enum: ['crash', 'hang', 'silent', 'error'] }, faultAt: { type: 'number' },
      gain: { type: 'number', default: 1, variable: true }, heldFrom: { type: 'number' }, frameMs: { type: 'number', minimum: 0 }, perStep: { type: 'number', minimum: 1 },
    },
  },
})

export async function createGatedEngine(limits: { readonly silenceMs?: number } = {}): Promise<GatedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-gated-'))
  const enginesFile = join(folder, 'engines.json')
  await writeFile(enginesFile, JSON.stringify({ engines: [definition(limits)] }))
  const deeds = async (): Promise<readonly Deed[]> => {
    const text = await readFile(join(folder, 'log'), 'utf8').catch(() => '') // nothing was noted yet
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Deed]))
  }
  return {
    enginesFile, deeds,
    open: (gate) => writeFile(join(folder, gate), ''),
    async noted(wanted, times = 1) {
      const find = async (): Promise<readonly Deed[]> => (await deeds()).filter(({ did }) => did === wanted)
      await expect.poll(async () => (await find()).length, { timeout: 45_000, interval: 20, message: `the program did not come to ${wanted} ${times} times` }).toBeGreaterThanOrEqual(times)
      return (await find()).at(-1) as Deed
    },
    request: (parameters = {}, more = {}) => ({ engine: 'gated', of: ['tank-1'], from: '2026-03-02T00:00:00Z', horizon: 'PT10S', step: 'PT1S', seed: 1, parameters: { folder, ...parameters }, ...more }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

const tank = {
  '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'], '@id': 'dtmi:site:Tank;1', '@type': 'Interface',
  contents: [{ '@type': ['Telemetry', 'Length'], name: 'level', schema: 'double', unit: 'metre' }],
}

/** Makes `tank-1`. */
export async function prepareSite(app: Pick<TestApp, 'data'>): Promise<void> {
  const { publishModels } = await app.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [tank] })
  const { createTwins } = await app.data('mutation ($t: [TwinInput!]!) { createTwins(twins: $t) { __typename } }', { t: [{ id: 'tank-1', model: 'dtmi:site:Tank;1' }] })
  expect([publishModels.__typename, createTwins.__typename]).toEqual(['PublishModelsSuccess', 'CreateTwinsSuccess'])
}

/** The levels that a run has, in order of time. */
export async function levelsOf(app: Pick<TestApp, 'data'>, run: string): Promise<readonly number[]> {
  const { run: found } = await app.data('query ($run: ID!) { run(id: $run) { series(twin: "tank-1", name: "level") { ... on FloatSeries { readings(first: 1000) { edges { node { value } } } } } } }', { run })
  return (found.series?.readings.edges as readonly { readonly node: { readonly value: number } }[] | undefined ?? []).map(({ node }) => node.value)
}

/** As they must be: of a run with the gain, over so many steps. */
export const levels = (steps = 10, gain = 1): readonly number[] => Array.from({ length: steps + 1 }, (_, frame) => (gain * ((frame * frame * 79) % 1_000)) / 8)

/** The whole app with the engine and `tank-1`, for all tests of a suite. */
export function useGatedSite(runs: Config['runs'], limits?: Parameters<typeof createGatedEngine>[0]): { readonly app: TestApp; readonly engine: GatedEngine; request: GatedEngine['request'] } {
  let site: { readonly app: TestApp; readonly engine: GatedEngine } | undefined
  let seed = 0
  const open = (): NonNullable<typeof site> => {
    if (!site) throw new Error('The site is there while tests run.')
    return site
  }
  beforeAll(async () => {
    const engine = await createGatedEngine(limits)
    site = { engine, app: await openTestApp({ enginesFile: engine.enginesFile, runs }) }
    await prepareSite(site.app)
  }, 120_000)
  afterAll(async () => {
    await site?.app[Symbol.asyncDispose]()
    await site?.engine[Symbol.asyncDispose]()
  })
  return {
    get app() { return open().app },
    get engine() { return open().engine },
    /** Each with a seed of its own, so that none is answered by another. */
    request: (parameters = {}, more = {}) => open().engine.request(parameters, { seed: ++seed, ...more }),
  }
}
