import { expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../../support/app.ts'
import { ended, started, startSimulation } from '../../support/runs.ts'
import { buildFmu, compiler, type Fmu, models } from './fmus.ts'

const documents = [
  {
    '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'], '@id': 'dtmi:site:Vessel;1', '@type': 'Interface', contents: [
      { '@type': ['Telemetry', 'Length'], name: 'level', schema: 'double', unit: 'millimetre' }, { '@type': ['Property', 'Area'], name: 'area', schema: 'double', unit: 'squareMetre', writable: true },
      { '@type': 'Relationship', name: 'controlledBy', target: 'dtmi:site:Switch;1' },
    ],
  },
  { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:site:Switch;1', '@type': 'Interface', contents: [{ '@type': 'Telemetry', name: 'open', schema: 'boolean' }] },
]

async function upload(app: TestApp, { sha256, bytes }: Fmu): Promise<string> {
  const { status } = await fetch(`${app.url}/artifacts/${sha256}`, { method: 'PUT', body: Buffer.from(bytes) })
  expect(status).toBe(201)
  return sha256
}

it.skipIf(compiler === undefined)('FMUs that are uploaded are run for twins, wired along their relationships, and their outputs are series of the twins in the twins\' units', async () => {
  await using app = await openTestApp()
  await app.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { ... on PublishModelsSuccess { schemaVersion } ... on Invalid { problems { message } } } }', { d: documents })
  const twins = [
    { id: 'switch-1', model: 'dtmi:site:Switch;1' },
    { id: 'vessel-1', model: 'dtmi:site:Vessel;1', properties: { area: 4 }, relationships: [{ name: 'controlledBy', to: 'switch-1' }] },
  ]
  expect(await app.data('mutation ($t: [TwinInput!]!) { createTwins(twins: $t) { __typename ... on Invalid { problems { message } } } }', { t: twins })).toEqual({ createTwins: { __typename: 'CreateTwinsSuccess' } })
  const [tank, controller] = [await upload(app, buildFmu({ ...models.tank, version: '2.0' })), await upload(app, buildFmu({ ...models.controller, version: '3.0' }))]
  const request = {
    engine: 'fmi', of: ['vessel-1'], over: ['controlledBy'], from: '2026-03-02T00:00:00Z', horizon: 'PT10M', step: 'PT1M',
    parameters: {
      models: [
        { model: 'dtmi:site:Vessel;1', fmu: tank, start: { area: { property: 'area' } }, outputs: { level: 'level' } },
        { model: 'dtmi:site:Switch;1', fmu: controller, outputs: { open: 'open' } },
      ],
      wires: [{ over: 'controlledBy', from: 'level', to: 'level' }, { over: 'controlledBy', from: 'open', to: 'valve', reverse: true }],
      stepSize: { value: 10, unit: 'second' },
    },
  }
  const run = await ended(app, await started(app, request))
  expect(run).toMatchObject({ state: 'SUCCEEDED', failure: null, kpis: { communicationSteps: 60 } })
  const { run: found } = await app.data(`query ($run: ID!) { run(id: $run) { report { mapped { twin role } }
    level: series(twin: "vessel-1", name: "level") { ... on FloatSeries { unit readings { edges { node { at value source } } } } }
    open: series(twin: "switch-1", name: "open") { ... on BooleanSeries { readings { edges { node { value } } } } } } }`, { run: run.id })
  const values = (found.level.readings.edges as readonly { readonly node: { readonly value: number } }[]).map(({ node }) => node.value)
  const [levels, opens] = [[1_000], [false]]
  for (let [step, level, open] = [1, 1, 0]; step <= 60; step++) {
    const seen = level * 100
    level += 10 * (0.02 * open - 0.005 * level) / 4
    open = seen < 90 ? 1 : seen > 110 ? 0 : open
    if (step % 6 !== 0) continue
    levels.push(level * 1_000)
    opens.push(open === 1)
  }
  expect(values).toHaveLength(11)
  values.forEach((value, index) => { expect(value).toBeCloseTo(levels[index] ?? 0, 9) })
  expect(found.level.unit).toBe('millimetre')
  expect(opens).toContain(true)
  expect(found.open.readings.edges.map(({ node }: { node: { value: boolean } }) => node.value)).toEqual(opens)
  expect(found.report.mapped).toEqual([{ twin: 'vessel-1', role: 'tank' }, { twin: 'switch-1', role: 'controller' }])

  const refused = await startSimulation(app, { ...request, parameters: { ...request.parameters, models: [{ model: 'dtmi:site:Vessel;1', fmu: 'b'.repeat(64), outputs: { level: 'level' } }], wires: [] } })
  expect(refused).toMatchObject({ __typename: 'Invalid', problems: [{ code: 'UNKNOWN_ARTIFACT', path: ['input', 'parameters', 'models', '0', 'fmu'] }] })
}, 180_000)
