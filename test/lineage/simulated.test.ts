import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { ended, started } from '../support/runs.ts'
import { limits, whyIs } from './why.ts'

vi.setConfig({ testTimeout: 240_000 })

const morning = { engine: 'epanet', of: ['reservoir-1'], from: '2026-03-02T06:00:00Z', horizon: 'PT8H', step: 'PT1H', parameters: { assimilate: true } }

let town: TestApp
let run: string
beforeAll(async () => {
  town = await openTestApp({ demo: true, limits })
  const readings = [0, 30, 60, 90, 120].map((minutes) => ({ twin: 'tank-1', at: new Date(Date.parse('2026-03-02T06:00:00Z') + minutes * 60_000).toISOString(), values: { level: 2 + minutes / 100 }, origin: 'logger-1', sequence: minutes }))
  await town.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { ... on IngestSuccess { accepted } } }', { r: readings })
  await town.data('mutation { updatePipe(id: "pipe-centre-a2-a1", properties: { roughness: 88 }) { __typename } }')
  run = await started(town, morning)
  expect(await ended(town, run)).toMatchObject({ state: 'SUCCEEDED' })
}, 240_000)
afterAll(() => town[Symbol.asyncDispose]())

/** A page of what a run read in one node. */
async function inputs(args: string, inputArgs: string): Promise<Data> {
  const { whyIs: { nodes } } = await town.data(`{ whyIs(${args}) { nodes { edges { node { ... on LineageInputs { what inputs(${inputArgs}) { edges { cursor node { ... on LineageProperty { __typename twin property value } } because { role node { ... on LineageSetting { actor cause after } } } } pageInfo { hasNextPage endCursor } } } } } } } }`)
  return (nodes.edges as readonly Data[]).map(({ node }) => node as Data).find(({ what }) => what === 'PROPERTIES')?.inputs as Data
}

describe('A simulated pressure', () => {
  const args = (): string => `twin: "wells-outlet", series: "pressure", run: "${run}", at: "2026-03-02T08:30:00Z", depth: 5`

  it('is explained by its run, what it measured, and who sent that', async () => {
    const why = await whyIs(town, args())
    expect(why.value).toMatchObject({ twin: 'wells-outlet', series: 'pressure', at: '2026-03-02T08:00:00.000Z', source: 'SIMULATED', run })
    const [made] = why.behind(why.all[0]?.id, 'MADE_BY')
    expect(made).toMatchObject({ __typename: 'LineageRun', runId: run, detail: { id: run, state: 'SUCCEEDED' }, engine: 'epanet', runKind: 'SIMULATION', createdBy: 'local-administrator', rule: null, isKept: true, resultHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
    const level = why.behind(made?.id, 'READ').find(({ twin, series }) => twin === 'tank-1' && series === 'level')
    expect(level).toMatchObject({ __typename: 'LineageSeries', count: 5, source: 'MEASURED', firstAt: '2026-03-02T06:00:00.000Z', lastAt: '2026-03-02T08:00:00.000Z' })
    const [last] = why.behind(level?.id, 'LAST')
    expect(last).toMatchObject({ value: 3.2, origin: 'logger-1', sequence: 120 })
    expect(why.behind(last?.id, 'SENT_BY')).toMatchObject([{ name: 'logger-1' }])
    expect(why.behind(made?.id, 'READ')).toContainEqual(expect.objectContaining({ __typename: 'LineageArtifact', sha256: made?.pin.inputs }))
    expect(why.summary.find((sentence: string) => sentence.includes('was made by the simulation'))).toContain('of epanet 2.3.5, started by local-administrator')
  })

  it('leads to the roughness of a pipe, and to who set it', async () => {
    const why = await whyIs(town, args())
    expect(why.of('Inputs').find(({ what }) => what === 'PROPERTIES')).toMatchObject({ count: expect.any(Number) as number, parts: expect.arrayContaining([{ name: 'pipe', count: expect.any(Number) as number }]) as unknown[] })
    const { edges } = await inputs(args(), 'twin: "pipe-centre-a2-a1"')
    const roughness = (edges as readonly Data[]).find(({ node }) => (node as Data)['property'] === 'roughness')
    expect(roughness).toMatchObject({ node: { __typename: 'LineageProperty', twin: 'pipe-centre-a2-a1', value: 88 }, because: [{ role: 'SET_BY', node: { actor: 'local-administrator', cause: 'updateTwin', after: 88 } }] })
  })

  it('keeps telling what the run read, whatever was set and measured since', async () => {
    const before = await whyIs(town, args())
    await town.data('mutation { updatePipe(id: "pipe-centre-a2-a1", properties: { roughness: 140 }) { __typename } updateJunction(id: "wells-outlet", properties: { elevation: 12 }) { __typename } ingest(readings: [{ twin: "tank-1", at: "2026-03-02T08:00:00Z", values: { level: 9 }, origin: "late" }]) { __typename } }')
    const { edges } = await inputs(args(), 'twin: "pipe-centre-a2-a1"')
    expect((edges as readonly Data[]).find(({ node }) => (node as Data)['property'] === 'roughness')).toMatchObject({ node: { value: 88 } })
    expect(await whyIs(town, args())).toMatchObject({ summary: before.summary, edges: before.edges })
  })

  it('is told in pages that equal the whole, each step once', async () => {
    const whole = await whyIs(town, `${args()}, first: 1000`)
    const [nodes, steps]: [Data[], Data[]] = [[], []]
    for (let after = ''; ;) {
      const page = await whyIs(town, `${args()}, first: 7${after}`)
      nodes.push(...page.all)
      steps.push(...page['edges'] as readonly Data[])
      expect(page.summary).toEqual(whole.summary)
      if (!page['nodes'].pageInfo.hasNextPage) break
      after = `, after: "${page['nodes'].pageInfo.endCursor}"`
    }
    expect(nodes).toEqual(whole.all)
    expect(steps.map((each) => JSON.stringify(each)).sort()).toEqual((whole['edges'] as readonly Data[]).map((each) => JSON.stringify(each)).sort())
  })

  it('tells its inputs in pages that equal the whole', async () => {
    const read = async (): Promise<readonly Data[]> => {
      const all: Data[] = []
      for (let after = ''; ;) {
        const page = await inputs(args(), `first: 150${after}`)
        all.push(...page['edges'] as readonly Data[])
        if (!page['pageInfo'].hasNextPage) return all
        after = `, after: "${page['pageInfo'].endCursor}"`
      }
    }
    const all = await read()
    const keys = all.map(({ node }) => `${(node as Data)['twin']} ${(node as Data)['property']}`)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toContain('pipe-centre-a2-a1 roughness')
    expect(all.every(({ because }) => (because as readonly Data[]).length > 0)).toBe(true)
  })

  it('is followed no deeper than was asked, and says so', async () => {
    const why = await whyIs(town, args().replace('depth: 5', 'depth: 1'))
    expect(why.all.every(({ depth }) => Number(depth) <= 1)).toBe(true)
    expect(why.truncated).toMatchObject({ reason: 'DEPTH', frontier: expect.arrayContaining([why.of('Run')[0]?.id]) as unknown[] })
  })
})

describe('What a calibration found', () => {
  it('leads, after its promotion, to the scenario, to the calibration and to what that was measured against', async () => {
    const variables = [{ variable: { property: 'roughness', twins: ['pipe-centre-a2-a1'], name: 'roughness', as: 'VALUE' }, min: 60, max: 150 }]
    const readings = [7, 8, 9, 10].map((hour) => ({ twin: 'tank-2', at: `2026-03-02T${String(hour).padStart(2, '0')}:00:00Z`, values: { level: 3 + hour / 50 }, origin: 'logger-2' }))
    await town.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { __typename } }', { r: readings })
    const input = { simulation: { ...morning, parameters: {} }, variables, targets: [{ twin: 'tank-2', name: 'level' }], maxRuns: 20 }
    const { startCalibration } = await town.data('mutation ($input: StartCalibrationInput!) { startCalibration(input: $input) { __typename ... on StartCalibrationSuccess { run { id } } ... on Problem { message } } }', { input })
    const calibration = String(startCalibration.run?.id)
    expect(await ended(town, calibration)).toMatchObject({ state: 'SUCCEEDED' })
    const { applyCalibration } = await town.data('mutation ($run: ID!) { applyCalibration(run: $run, name: "calibrated", onlyIdentifiable: false) { __typename ... on ApplyCalibrationSuccess { applied } } }', { run: calibration })
    expect(applyCalibration).toEqual({ __typename: 'ApplyCalibrationSuccess', applied: ['roughness'] })
    expect((await town.data('mutation { promoteScenario(id: "calibrated", onConflict: OVERWRITE) { __typename } }')).promoteScenario.__typename).toBe('PromoteScenarioSuccess')
    const why = await whyIs(town, 'twin: "pipe-centre-a2-a1", property: "roughness", depth: 6')
    const [setting] = why.behind(why.all[0]?.id, 'SET_BY')
    const [scenario, said] = why.behind(setting?.id, 'PROMOTED_FROM')
    expect([scenario, said]).toMatchObject([{ scenarioId: 'calibrated', scenarioState: 'PROMOTED' }, { cause: 'applyCalibration', after: why.value.value }])
    const [found] = why.behind(said?.id, 'MADE_BY')
    expect(found).toMatchObject({ runId: calibration, runKind: 'CALIBRATION' })
    expect(why.behind(found?.id, 'READ')).toContainEqual(expect.objectContaining({ __typename: 'LineageSeries', twin: 'tank-2', series: 'level', count: 4 }))
  })
})
