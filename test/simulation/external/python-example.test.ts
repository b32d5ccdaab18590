import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { models, twins } from '../../../examples/water-town/town.ts'
import { readEngines } from '../../../src/adapters/external/read-engines.ts'
import { createProcessHost } from '../../../src/adapters/process/engine-host.ts'
import { checkParameters } from '../../../src/simulation/check-parameters.ts'
import type { Bound, BindRequest, Engine } from '../../../src/simulation/engine.ts'
import type { EngineHost, EngineOutcome, EngineTask } from '../../../src/simulation/engine-host.ts'
import type { Json } from '../../../src/util/json.ts'
import { type Heard, listen, never } from '../host/work.ts'
import { hasPython } from './support.ts'

const folder = fileURLToPath(new URL('../../../examples/python-engine', import.meta.url))
const hour = 3_600e6
const from = Date.UTC(2026, 4, 1) * 1_000

describe.skipIf(!hasPython)('The example of an engine in Python, with the pumps of the demo town', () => {
  let host: EngineHost
  let engine: Engine
  beforeAll(async () => {
    const external = await readEngines(`${folder}/engines.json`, { PATH: process.env['PATH'] })
    host = createProcessHost({ atOnce: 1, memoryMb: 256, environmentOf: external.environmentOf })
    engine = external.engines[0] as Engine
  })
  afterAll(() => host[Symbol.asyncDispose]())

  const compute = async (parameters: Json, flowOf: (twin: string) => readonly (readonly [hours: number, flow: number])[], task: EngineTask = { kind: 'simulate', settings: [], seed: 1 }): Promise<{ readonly outcome: EngineOutcome; readonly heard: Heard; readonly bound: Bound }> => {
    const checked = checkParameters(engine.describe().parameters, parameters)
    if (!checked.ok) throw new Error(JSON.stringify(checked.issues))
    const bound = engine.bind({ ...request, parameters: checked.parameters }) as Bound
    const series = bound.series.map(({ twin }) => ({ at: Float64Array.from(flowOf(twin), ([hours]) => from + hours * hour), values: Float64Array.from(flowOf(twin), ([, flow]) => flow) }))
    const heard = listen()
    const outcome = await host.compute({ run: JSON.stringify([parameters, task]), engine: { id: 'pump-energy', isolation: 'PROCESS', cancel: 'COOPERATIVE' }, program: engine.program, input: bound.input, artifacts: new Map(), series, outputs: bound.outputs, window: request.window, task }, heard, never)
    return { outcome, heard, bound }
  }

  test('its own tests pass', () => {
    const { status, stderr } = spawnSync('python3', ['-B', '-m', 'unittest'], { cwd: folder, encoding: 'utf8', timeout: 30_000 })
    expect(stderr).toContain('OK')
    expect(status).toBe(0)
  })

  test('a day of rated flow costs what its physics says, and its power is a series of the pump', async () => {
    const { outcome, heard, bound } = await compute({ tariff: [{ from: 0, price: 0.2 }] }, (twin) => (twin === 'pump-1' ? [[0, 55]] : [[0, 0]]))
    const power = (998.2 * 9.80665 * 0.055 * 60) / (0.78 * 0.94) / 1_000
    expect(outcome.kpis['energy']).toBeCloseTo(24 * power, 6)
    expect(outcome.kpis['cost']).toBeCloseTo(24 * power * 0.2, 6)
    expect(outcome.kpis['volume']).toBeCloseTo(0.055 * 86_400, 6)
    expect(outcome.kpis['hoursRunning']).toBeCloseTo(24, 9)
    const place = bound.outputs.findIndex(({ twin }) => twin === 'pump-1')
    const series = heard.all.flatMap(({ at, values }) => Array.from(at, (_, frame) => values[frame * bound.outputs.length + place]))
    expect(series).toHaveLength(97)
    for (const value of series) expect(value).toBeCloseTo(power, 9)
    expect(bound.report.mapped.map(({ twin }) => twin)).toEqual(twins().filter(({ model }) => model === 'dtmi:watertown:Pump;1').map(({ id }) => id).sort())
  })

  test('wear makes it dearer, the night cheaper, and readings that come late leave a gap that is said', async () => {
    const flow = (twin: string) => (twin === 'pump-1' ? [[6, 55], [18, 0]] as const : [[0, 0]] as const)
    const fresh = await compute({}, flow)
    const worn = await compute({ wear: 50 }, flow)
    expect(worn.outcome.kpis['cost']).toBeGreaterThan(fresh.outcome.kpis['cost'] ?? Infinity)
    expect(fresh.outcome.kpis['cost']).toBeCloseTo(0.31 * (fresh.outcome.kpis['energy'] ?? 0), 9) // from 6 to 18 the day's price holds
    expect([...fresh.heard.warnings.values()]).toMatchObject([{ code: 'NO_FLOW_YET', twin: 'pump-1', count: 24, at: 0 }])
  })

  test('a sweep over its efficiency runs in one process, member by member', async () => {
    const members = [0.6, 0.7, 0.8].map((value, index) => ({ index, seed: 0, settings: [{ variable: { kind: 'parameter', name: 'peakEfficiency' } as const, value }] }))
    const { heard } = await compute({}, () => [[0, 40]], { kind: 'sweep', members, keep: false, statistics: [] })
    const energies = heard.members.map(({ kpis }) => kpis?.['energy'] ?? NaN)
    expect((energies[0] ?? 0) / (energies[2] ?? 0)).toBeCloseTo(0.8 / 0.6, 9)
    expect(energies).toEqual([...energies].sort((a, b) => b - a))
  })

  test('what it cannot do without is refused before it is run', () => {
    const [pump] = request.network.twins
    const broken = engine.bind({ ...request, parameters: { peakEfficiency: 0.8, wear: 0, tariff: [] }, network: { twins: [{ ...pump!, properties: {} }], relationships: [] } })
    expect(broken).toMatchObject({ ok: false, issues: [{ code: 'MISSING_INPUT', property: 'ratedFlow' }, { code: 'MISSING_INPUT', property: 'headCurve' }] })
  })
})

const units = new Map((models() as { readonly contents?: readonly { readonly '@type': string | readonly string[]; readonly name: string; readonly unit?: string }[] }[])
  .flatMap(({ contents = [] }) => contents.map((content) => [content.name, { content: [content['@type']].flat().includes('Telemetry') ? 'Telemetry' : 'Property', kind: 'float', unit: content.unit } as const])))

const request: BindRequest = {
  network: {
    twins: twins().map(({ id, model, properties, components }) => ({ id, model, properties: { ...properties, ...components } as Record<string, Json> })).sort((a, b) => (a.id < b.id ? -1 : 1)).filter(({ model }) => model === 'dtmi:watertown:Pump;1'),
    relationships: [],
  },
  parameters: {},
  window: { from, horizon: 24 * hour, step: hour / 4 },
  artifacts: new Map(),
  contentOf: (_twin, name) => units.get(name),
  latest: new Map(),
}
