import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNeo4jFeatureGraph } from '../../../src/adapters/neo4j/feature-graph.ts'
import { createNeo4jPastSettings } from '../../../src/adapters/neo4j/past-settings.ts'
import type { VantageArguments } from '../../../src/domain/vantage.ts'
import { createPropertyHistory } from '../../../src/history/property-history.ts'
import { bindFeatures, type BindPorts, type BindRequest, type BindResult } from '../../../src/prediction/features/bind-features.ts'
import { type FeatureInput, parseFeatures } from '../../../src/prediction/features/parse-features.ts'
import { readRows } from '../../../src/prediction/features/read-rows.ts'
import type { Command } from '../../../src/twin/command.ts'
import { plantModels } from '../../domain/plant.ts'
import { plantCommand } from '../../live/plant-commands.ts'
import { type Data, openTestApp, type TestApp } from '../../support/app.ts'
import { by, link, newTwin, patch, submit } from '../../support/twins.ts'
import { lastStamp } from '../../world/stamps.ts'

const quantity = (kind: 'Telemetry' | 'Property', semantic: string, name: string, unit: string) => ({ '@type': [kind, semantic], name, schema: 'double', unit })
const mode = { '@type': 'Enum', valueSchema: 'integer', enumValues: [{ name: 'OFF', enumValue: 0 }, { name: 'ON', enumValue: 7 }] }
const context = ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1']
const works = [
  { '@context': context, '@id': 'dtmi:works:Motor;1', '@type': 'Interface', contents: [quantity('Telemetry', 'Temperature', 'heat', 'degreeCelsius')] },
  {
    '@context': context, '@id': 'dtmi:works:Station;1', '@type': 'Interface', contents: [
      quantity('Telemetry', 'VolumeFlowRate', 'flow', 'litrePerSecond'), quantity('Property', 'Length', 'width', 'metre'), { '@type': 'Telemetry', name: 'mode', schema: mode }, { '@type': 'Telemetry', name: 'note', schema: 'string' },
      { '@type': 'Component', name: 'motor', schema: 'dtmi:works:Motor;1' }, { '@type': 'Relationship', name: 'pipe' },
    ],
  },
  { '@context': context, '@id': 'dtmi:works:Well;1', '@type': 'Interface', contents: [quantity('Property', 'VolumeFlowRate', 'flow', 'cubicMetrePerHour'), { '@type': 'Relationship', name: 'pipe' }] },
]

let app: TestApp
let ports: BindPorts

beforeAll(async () => {
  app = await openTestApp()
  await app.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [...plantModels, ...works] })
  const { database, config: { tenant }, services } = app.app
  const graph = createNeo4jFeatureGraph(database, tenant, services.models.registry)
  await graph.prepare()
  ports = { graph, history: createPropertyHistory(createNeo4jPastSettings(database, tenant)), registry: services.models.registry }
})
afterAll(async () => { await app[Symbol.asyncDispose]() })

async function doAll(commands: readonly Command[], scenario?: string): Promise<void> {
  const found = scenario === undefined ? undefined : await app.app.services.scenarios.find(scenario)
  for (const command of commands) await submit(app.app.services.twins, command, by(null, { scenario: found }))
}

async function createScenario(): Promise<string> {
  const { createScenario: { scenario } } = await app.data('mutation { createScenario(name: "what if") { ... on CreateScenarioSuccess { scenario { id } } } }')
  return scenario.id as string
}

interface Asked extends Partial<Omit<BindRequest, 'specs' | 'vantage'>> {
  readonly features: readonly FeatureInput[]
  readonly twins: readonly string[]
  readonly from?: VantageArguments
}

async function bind({ features, from = {}, window = { from: 0, to: 1 }, ...more }: Asked): Promise<BindResult> {
  const { specs, problems } = parseFeatures(features, { registry: ports.registry() })
  expect(problems).toEqual([])
  return await bindFeatures(ports, { specs, vantage: await app.app.services.vantages.find(from), window, ...more })
}

/** In ms since 1970. Of each twin, for each instant, the numbers; NaN where there is none. */
async function rowsAt(bound: BindResult, stamps: readonly number[]): Promise<ReadonlyMap<string, readonly (readonly number[])[]>> {
  if (!bound.ok) throw new Error(JSON.stringify(bound.problems))
  const rows = new Map<string, number[][]>(bound.bound.twins.map(({ twin }) => [twin, []]))
  const reads = app.app.services.telemetry.from(await app.app.services.vantages.find({}))
  for await (const { twins, values, width } of readRows(bound.bound, { instants: stamps.map((at) => at * 1_000), reads, knowledge: 'RECEIVED' })) {
    for (const [row, twin] of twins.entries()) rows.get(bound.bound.twins[twin]?.twin ?? '')?.push([...values.subarray(row * width, (row + 1) * width)])
  }
  return rows
}

const numberOr = (value: unknown): number => (typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : NaN)

describe('Properties and paths', () => {
  const codes = { OK: 1, DOWN: 2 }
  const features: readonly FeatureInput[] = [
    { name: 'weight', from: 'weight', fill: -1 }, { name: 'active', from: 'active' }, { name: 'status', from: 'status', encode: codes },
    { name: 'next', from: 'weight', over: [{ name: 'feeds' }], across: 'SUM', fill: -2 }, { name: 'siblings', from: 'active', over: [{ name: 'feeds', direction: 'IN' }, { name: 'feeds' }], across: 'COUNT' },
  ]
  const edges = '{ twins(limit: 20) { _id _model _relationships(direction: OUT, names: ["feeds"], first: 1000) { edges { node { to { _id } } } } } }'

  test('are what they were at each instant, and what is set later changes no row of before', async () => {
    await fc.assert(fc.asyncProperty(fc.array(plantCommand.filter(({ kind }) => kind !== 'deleteTwin'), { minLength: 8, maxLength: 16 }), fc.array(plantCommand.filter(({ kind }) => kind === 'updateTwin'), { minLength: 3, maxLength: 8 }), async (commands, later) => {
      const ids = (await app.data('{ twins(limit: 100) { _id } }'))['twins'] as readonly Data[]
      if (ids.length > 0) await app.data('mutation ($ids: [ID!]!) { deleteTwins(ids: $ids, cascade: true) { __typename } }', { ids: ids.map(({ _id }) => String(_id)) })
      const stamps: number[] = []
      for (const command of commands) {
        await doAll([command])
        stamps.push(await lastStamp(app))
      }
      const instants = [...new Set(stamps)]
      const graph = (await app.data(edges))['twins'] as readonly Data[]
      const twins = graph.filter(({ _model }) => _model !== 'dtmi:plant:Zone;1').map(({ _id }) => String(_id))
      fc.pre(twins.length > 0)
      const out = new Map(graph.map(({ _id, _relationships }) => [String(_id), (_relationships.edges as readonly Data[]).map(({ node }) => String(node.to._id))]))
      const window = { from: (instants[0] as number) * 1_000, to: (instants.at(-1) as number) * 1_000 + 1 }
      const rows = await rowsAt(await bind({ features, twins, window }), instants)
      for (const [place, at] of instants.entries()) {
        const then = new Map(((await app.data('query ($asOf: DateTime) { twins(asOf: $asOf, limit: 20) { _id _properties } }', { asOf: new Date(at).toISOString() }))['twins'] as readonly Data[]).map((twin) => [String(twin['_id']), twin['_properties'] as Data]))
        const of = (id: string, name: string): number => numberOr(then.get(id)?.[name])
        for (const twin of twins) {
          const next = [...new Set(out.get(twin))].map((id) => of(id, 'weight')).filter((number) => !Number.isNaN(number))
          const siblings = new Set([...out].filter(([, to]) => to.includes(twin)).flatMap(([, to]) => to))
          const status = { ok: 1, down: 2 }[String(then.get(twin)?.['status'])] ?? NaN
          const weight = of(twin, 'weight')
          const expected = [Number.isNaN(weight) ? -1 : weight, of(twin, 'active'), status, next.length === 0 ? -2 : next.reduce((sum, number) => sum + number, 0), [...siblings].filter((id) => !Number.isNaN(of(id, 'active'))).length]
          const found = rows.get(twin)?.[place] ?? []
          expect(found.map((number) => Math.round(number * 1e6) / 1e6), `${twin} at ${at}`).toEqual(expected.map((number) => Math.round(number * 1e6) / 1e6))
        }
      }
      await doAll(later)
      expect(await rowsAt(await bind({ features, twins, window }), instants)).toEqual(rows)
    }), { numRuns: 4, endOnFailure: true, interruptAfterTimeLimit: 150_000 })
  }, 240_000)

  test('in a scenario, what it says of a property holds at every instant, and its paths are walked', async () => {
    await doAll([newTwin('s1', 'dtmi:plant:Pump;1', { weight: 1 }, { components: { motor: { power: 4 } } }), newTwin('s2', 'dtmi:plant:Valve;1', { weight: 10 })])
    const before = await lastStamp(app)
    const scenario = await createScenario()
    await doAll([patch('s1', { motor: { power: 9 } }), newTwin('s3', 'dtmi:plant:Valve;1', { weight: 100 }), link('s1', 'feeds', 's2', 'a', {}), link('s1', 'feeds', 's3', 'b', {})], scenario)
    await doAll([patch('s1', { weight: 2 })])
    const after = await lastStamp(app)
    const features: readonly FeatureInput[] = [{ name: 'weight', from: 'weight' }, { name: 'power', from: 'motor.power' }, { name: 'next', from: 'weight', over: [{ name: 'feeds' }], across: 'SUM', fill: 0 }]
    const window = { from: before * 1_000, to: after * 1_000 + 1 }
    expect((await rowsAt(await bind({ features, twins: ['s1'], window, from: { scenario } }), [before, after])).get('s1')).toEqual([[1, 9, 110], [2, 9, 110]])
    expect((await rowsAt(await bind({ features, twins: ['s1'], window }), [before, after])).get('s1')).toEqual([[1, 4, 0], [2, 4, 0]])
  })
})

test('The twins of a history that is loaded later are younger than it: with MEASURED a property is its earliest known value before that was set, with RECEIVED there is none', async () => {
  await doAll([newTwin('old1', 'dtmi:plant:Pump;1', { weight: 1 }), newTwin('old2', 'dtmi:plant:Pump;1', {}), newTwin('old3', 'dtmi:plant:Pump;1', { weight: 5 })])
  const born = await lastStamp(app)
  await doAll([patch('old1', { weight: 2 }), patch('old2', { weight: 3 }), patch('old2', { weight: 4 })])
  const [yesterday, later] = [born - 86_400_000, await lastStamp(app)]
  const read = async (knowledge: BindRequest['knowledge'], window: BindRequest['window'], instants: readonly number[]) => {
    const rows = await rowsAt(await bind({ features: [{ name: 'weight', from: 'weight', fill: -1 }], twins: ['old1', 'old2', 'old3'], window, knowledge }), instants)
    return ['old1', 'old2', 'old3'].map((twin) => rows.get(twin)?.flat())
  }
  const [before, across] = [{ from: yesterday * 1_000, to: yesterday * 1_000 + 1 }, { from: yesterday * 1_000, to: later * 1_000 + 1 }]
  expect(await read('RECEIVED', before, [yesterday])).toEqual([[-1], [-1], [-1]])
  expect(await read('MEASURED', before, [yesterday])).toEqual([[1], [3], [5]])
  expect(await read('RECEIVED', across, [yesterday, born, later])).toEqual([[-1, 1, 2], [-1, -1, 4], [-1, 5, 5]])
  expect(await read('MEASURED', across, [yesterday, born, later])).toEqual([[1, 1, 2], [3, 3, 4], [5, 5, 5]])
  await doAll([patch('old1', { weight: null }), patch('old1', { weight: 9 })])
  const removed = { from: later * 1_000, to: await lastStamp(app) * 1_000 + 1 }
  expect((await read('MEASURED', removed, [later]))[0]).toEqual([2])
})

describe('What cannot be bound', () => {
  test('is told by feature and twin, all of it at once', async () => {
    await doAll([newTwin('st1', 'dtmi:works:Station;1', {}, { components: { motor: {} } }), newTwin('well1', 'dtmi:works:Well;1', { flow: 36 })])
    const features: readonly FeatureInput[] = [
      { name: 'typo', from: 'width' }, { name: 'unit', from: 'flow', unit: 'metre' }, { name: 'text', from: 'note' }, { name: 'alone', from: 'flow', over: [{ name: 'pipe' }] },
      { name: 'gone', from: 'flow', twin: 'nobody' }, { name: 'simulated', from: 'flow', source: 'SIMULATED' }, { name: 'codes', from: 'mode', encode: { AJAR: 1 } }, { name: 'window', from: 'flow', window: 'PT1H' },
    ]
    const found = await bind({ features, twins: ['st1', 'well1', 'absent'] })
    expect(found.ok ? [] : found.problems.map(({ code, twin, property, message }) => [property, twin, code, message])).toEqual([
      ['unit', 'st1', 'WRONG_UNIT', 'The feature "unit" of "st1": "flow" is in litrePerSecond, which cannot be converted into metre.'],
      ['text', 'st1', 'WRONG_TYPE', 'The feature "text" of "st1": "note" is a text: say by `encode` which numbers stand for its values.'],
      ['alone', 'st1', 'MISSING_INPUT', 'The feature "alone" of "st1": the path OUT pipe leads to no twin, so that it would always be missing. Give `fill`, or leave the twin out.'],
      ['gone', 'nobody', 'UNKNOWN_TWIN', 'The feature "gone" of "nobody": there is no such twin, which the feature names. Check the id.'],
      ['simulated', 'st1', 'MISSING_INPUT', 'The feature "simulated" of "st1": it reads what a simulation says: give `simulation`, the id of a run.'],
      ['codes', 'st1', 'WRONG_TYPE', 'The feature "codes" of "st1": none of the texts of `encode` is a value of "mode", which has the values OFF, ON.'],
      ['typo', 'well1', 'UNKNOWN_TELEMETRY', 'The feature "typo" of "well1": its model dtmi:works:Well;1 has no telemetry or property "width". It has flow.'],
      ['unit', 'well1', 'WRONG_UNIT', 'The feature "unit" of "well1": "flow" is in cubicMetrePerHour, which cannot be converted into metre.'],
      ['text', 'well1', 'UNKNOWN_TELEMETRY', expect.stringContaining('no telemetry or property "note"')],
      ['alone', 'well1', 'MISSING_INPUT', expect.stringContaining('leads to no twin')],
      ['gone', 'nobody', 'UNKNOWN_TWIN', expect.stringContaining('no such twin')],
      ['simulated', 'well1', 'WRONG_TYPE', 'The feature "simulated" of "well1": "flow" is a property in its model dtmi:works:Well;1, which has no readings: it takes neither window, staleAfter nor source.'],
      ['codes', 'well1', 'UNKNOWN_TELEMETRY', expect.stringContaining('no telemetry or property "mode"')],
      ['window', 'well1', 'WRONG_TYPE', expect.stringContaining('has no readings')],
      [undefined, 'absent', 'UNKNOWN_TWIN', '"absent": there is no such twin. Check the id.'],
    ])
  })

  test('and what one twin measures another may have as a property, in whatever unit', async () => {
    await doAll([newTwin('st2', 'dtmi:works:Station;1', {}, { components: { motor: {} } }), newTwin('well2', 'dtmi:works:Well;1', { flow: 36 })])
    const at = await lastStamp(app)
    const { ingest } = await app.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { ... on IngestSuccess { accepted } } }', { r: [
      { twin: 'st2', at: new Date(at - 5_000).toISOString(), values: { flow: 36, mode: 7, 'motor.heat': 20 } },
    ] })
    expect(ingest).toEqual({ accepted: 3 })
    const instant = Date.now() + 60_000
    const window = { from: instant * 1_000, to: instant * 1_000 + 1 }
    const both = await bind({ features: [{ name: 'flow', from: 'flow', unit: 'cubicMetrePerSecond' }], twins: ['st2', 'well2'], window })
    const rows = await rowsAt(both, [instant])
    expect([...rows].map(([twin, [row]]) => [twin, Number(row?.[0]?.toFixed(9))])).toEqual([['st2', 0.036], ['well2', 0.01]])
    const station = await bind({ features: [{ name: 'mode', from: 'mode', encode: { OFF: -1, ON: 1 } }, { name: 'heat', from: 'motor.heat', unit: 'kelvin', lag: 'PT1S' }], twins: ['st2'], window })
    expect((await rowsAt(station, [instant])).get('st2')?.[0]?.map((number) => Number(number.toFixed(9)))).toEqual([1, 293.15])
    expect(station.ok && station.reads).toEqual(['st2'])
  })

  test('what a simulation and predictors say is read where they keep it, residuals beside what was measured, each series once', async () => {
    await doAll([newTwin('st3', 'dtmi:works:Station;1', {}, { components: { motor: {} } })])
    const simulation = { run: 'run-1', outputs: [{ twin: 'st3', name: 'flow', kind: 'float', unit: 'cubicMetrePerHour', semanticType: null }, { twin: 'st3', name: 'motor.heat', kind: 'float', unit: 'degreeCelsius', semanticType: null }] } as const
    const features: readonly FeatureInput[] = [
      { name: 'off', from: 'flow', source: 'RESIDUAL' }, { name: 'flow', from: 'flow' }, { name: 'heat', from: 'motor.heat', source: 'SIMULATED' }, { name: 'score', from: 'score@leaks', source: 'PREDICTED' }, { name: 'foretold', from: 'motor.heat', source: 'PREDICTED' },
    ]
    const found = await bind({ features, twins: ['st3'], simulation })
    if (!found.ok) throw new Error(JSON.stringify(found.problems))
    expect(found.bound.twins[0]?.features).toEqual([[[0], [1]], [[0], []], [[2], []], [[3], []], [[4], []]].map(([series, minus]) => ({ kind: 'telemetry', series, minus })))
    expect(found.bound.series.map(({ key: { twin, name, source, run }, affine }) => [twin, name, source, run, affine && Number(affine.scale.toFixed(9))])).toEqual([
      ['st3', 'flow', 'MEASURED', null, undefined], ['st3', 'flow', 'SIMULATED', 'run-1', Number((1 / 3.6).toFixed(9))], ['st3#motor', 'heat', 'SIMULATED', 'run-1', undefined],
      ['st3', 'score@leaks', 'PREDICTED', null, undefined], ['st3#motor', 'heat', 'PREDICTED', null, undefined],
    ])
    expect(JSON.parse(JSON.stringify(found.bound.twins))).toEqual(found.bound.twins)
  })
})
