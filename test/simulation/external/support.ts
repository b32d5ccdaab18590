import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createProcessHost } from '../../../src/adapters/process/engine-host.ts'
import { type ExternalEngines, readEngines } from '../../../src/adapters/external/read-engines.ts'
import type { BindRequest, Bound, ContentFacts } from '../../../src/simulation/engine.ts'
import type { EngineHost, EngineTask, EngineWork } from '../../../src/simulation/engine-host.ts'
import type { InputSeries } from '../../../src/simulation/engine-program.ts'
import type { Network } from '../../../src/simulation/network.ts'
import type { Json } from '../../../src/util/json.ts'

/** What they are tested with; where it is not installed, the tests say so and are skipped. */
export const hasPython = spawnSync('python3', ['--version']).status === 0

export const programFile = (name: string): string => fileURLToPath(new URL(`./programs/${name}`, import.meta.url))

/** One engine, `test-engine`, of twins of dtmi:test:Tank. */
export const definition = (rest: { readonly [name: string]: Json } = {}): { readonly [name: string]: Json } => ({
  id: 'test-engine',
  version: '1.0.0',
  command: ['python3', programFile('faulty.py')],
  parameters: { type: 'object', properties: { fault: { type: 'string' }, gain: { type: 'number', default: 2, minimum: 0, variable: true } }, additionalProperties: false },
  roles: [{
    role: 'tank',
    models: ['dtmi:test:Tank'],
    properties: [{ name: 'diameter', unit: 'metre', required: true, min: 0, variable: true }, { name: 'motor.efficiency', type: 'number' }],
    inputs: [{ name: 'inflow', unit: 'litrePerSecond' }],
    outputs: [{ name: 'level', unit: 'metre' }, { name: 'temperature', unit: 'degreeCelsius' }],
  }],
  kpis: ['gain', 'diameter', 'readings', 'firstAt', 'firstValue', 'pid'].map((name) => ({ name })),
  over: ['feeds'],
  ...rest,
})

export interface Bench extends AsyncDisposable {
  readonly external: ExternalEngines
  readonly host: EngineHost
  bind(parameters?: Readonly<Record<string, Json>>, request?: Partial<BindRequest>): ReturnType<ExternalEngines['engines'][number]['bind']>
  /** Work for a bound run. */
  work(parameters?: Readonly<Record<string, Json>>, rest?: Partial<EngineWork>): EngineWork
}

export async function openBench(rest: { readonly [name: string]: Json } = {}, environment: Readonly<Record<string, string>> = { PATH: process.env['PATH'] ?? '' }): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-external-test-'))
  const file = join(folder, 'engines.json')
  await writeFile(file, JSON.stringify({ engines: [definition(rest)] }))
  const external = await readEngines(file, environment).catch(async (error: unknown) => {
    await rm(folder, { recursive: true })
    throw error
  })
  const host = createProcessHost({ atOnce: 2, memoryMb: 256, environmentOf: external.environmentOf })
  const [engine] = external.engines
  if (!engine) throw new Error('the file has an engine')
  const bind: Bench['bind'] = (parameters = {}, request = {}) => engine.bind({ ...request1, parameters: { gain: 2, ...parameters }, ...request })
  let runs = 0
  return {
    external, host, bind,
    work(parameters = {}, more = {}) {
      const bound = bind(parameters) as Bound
      const { id, isolation, cancel } = engine.describe()
      const series: readonly InputSeries[] = bound.series.map(() => ({ at: Float64Array.from({ length: 10_000 }, (_, i) => request1.window.from + i * 1_000), values: new Float64Array(10_000).fill(0.5) }))
      const task: EngineTask = { kind: 'simulate', settings: [], seed: 1 }
      return { run: `${folder} ${++runs}`, engine: { id, isolation, cancel }, program: engine.program, input: bound.input, artifacts: new Map(), series, outputs: bound.outputs, window: request1.window, task, ...more }
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const network: Network = {
  twins: [
    { id: 'a', model: 'dtmi:test:Tank;1', properties: { diameter: 12, motor: { efficiency: 0.8 }, colour: 'red' } },
    { id: 'b', model: 'dtmi:test:Tank;2', properties: { diameter: 3 } },
    { id: 'c', model: 'dtmi:test:Sensor;1', properties: {} },
  ],
  relationships: [{ id: 'r1', name: 'feeds', from: 'a', to: 'b', properties: {} }, { id: 'r2', name: 'feeds', from: 'a', to: 'c', properties: {} }],
}

const facts: Readonly<Record<string, ContentFacts>> = {
  diameter: { content: 'Property', kind: 'float', unit: 'metre' },
  inflow: { content: 'Telemetry', kind: 'float', unit: 'cubicMetrePerHour' },
  level: { content: 'Telemetry', kind: 'float', unit: 'centimetre' },
}

const request1: BindRequest = {
  network,
  parameters: {},
  window: { from: Date.UTC(2026, 4, 1) * 1_000, horizon: 10_000_000, step: 1_000_000 },
  artifacts: new Map(),
  contentOf: (twin, name) => (twin === 'a' || name !== 'inflow' ? facts[name] : undefined),
  latest: new Map(),
}
