import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandomStreams } from '../../src/simulation/random-stream.ts'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { ended, started } from '../support/runs.ts'

const simulation = { engine: 'epanet', of: ['reservoir-1'], from: '2026-03-02T00:00:00Z', horizon: 'PT12H', step: 'PT30M' }
const sigma = 0.02

/** The town's pipes are rougher, and its people use more, than its twins say: what is measured there is what it would be, with noise. */
describe('a calibration', () => {
  let town: TestApp
  let twins: readonly { readonly twin: string; readonly name: string }[]
  beforeAll(async () => {
    town = await openTestApp({ demo: true })
    const ids = (await town.data('{ junctions(limit: 12, sort: [{ _id: ASC }]) { _id } }')).junctions.map(({ _id }: { _id: string }) => _id) as readonly string[]
    twins = ids.map((twin) => ({ twin, name: 'pressure' }))
    const truth = await started(town, { ...simulation, parameters: { demandMultiplier: 1.15 } })
    await ended(town, truth)
    const noise = createRandomStreams(3)('noise')
    for (const { twin } of twins) {
      const { run } = await town.data('query ($run: ID!, $twin: ID!) { run(id: $run) { series(twin: $twin, name: "pressure") { ... on FloatSeries { readings { edges { node { at value } } } } } } }', { run: truth, twin })
      const readings = run.series.readings.edges.map(({ node }: { node: { at: string; value: number } }) => ({ twin, at: node.at, values: { pressure: node.value + sigma * noise.normal() } })) as readonly object[]
      await town.data('mutation ($readings: [ReadingInput!]!) { ingest(readings: $readings) { __typename } }', { readings })
    }
  }, 180_000)
  afterAll(async () => { await town[Symbol.asyncDispose]() })

  const start = async (input: object): Promise<Data> => (await town.data(`mutation ($input: StartCalibrationInput!) { startCalibration(input: $input) {
    __typename ... on StartCalibrationSuccess { run { id } } ... on Problem { code message } ... on Invalid { problems { code message path twin } }
  } }`, { input })).startCalibration as Data
  const found = async (id: string): Promise<Data> => (await town.data(`query ($id: ID!) { run(id: $id) { calibration {
    converged why method runs failedRuns warnings rmseBefore rmseAfter reducedChiSquare covariance correlation
    variables { name start value standardError interval95 isAtBound isIdentifiable why } residuals { twin name count rmse bias autocorrelation worst worstAt }
  } } }`, { id })).run.calibration as Data

  it('finds what makes the simulation agree with what was measured, and how well it is known', async () => {
    const input = { simulation, variables: [{ variable: { parameter: 'demandMultiplier' }, min: 0.5, max: 2 }], targets: twins.map((each) => ({ ...each, sigma })) }
    const answer = await start(input)
    expect(answer.__typename).toBe('StartCalibrationSuccess')
    expect(await ended(town, String(answer.run.id))).toMatchObject({ state: 'SUCCEEDED', failure: null })
    const { variables: [demand], ...rest } = await found(String(answer.run.id))
    expect(rest).toMatchObject({ converged: true, method: 'LEVENBERG_MARQUARDT', failedRuns: 0, warnings: expect.any(Array) as string[] })
    expect(rest.rmseAfter).toBeLessThan(1.2)
    expect(rest.rmseBefore).toBeGreaterThan(3)
    expect(demand).toMatchObject({ name: 'demandMultiplier', isIdentifiable: true, isAtBound: false })
    expect(demand.interval95[0]).toBeLessThan(1.15)
    expect(demand.interval95[1]).toBeGreaterThan(1.15)
    expect(rest.residuals).toHaveLength(twins.length)
    expect(rest.residuals[0]).toMatchObject({ count: 25, name: 'pressure' })
    expect(rest.residuals[0].rmse).toBeLessThan(3 * sigma)
    await ended(town, await started(town, { ...simulation, seed: 9, force: true })) // what runs say is not measured
    expect((await start(input)).run.id).toBe(answer.run.id)
  })

  it('of properties is a proposal that a scenario holds, and promotion writes to twins', async () => {
    const ids = (await town.data('{ junctions(where: { baseDemand: { gt: 0 } }) { _id baseDemand } }')).junctions as readonly { readonly _id: string; readonly baseDemand: number }[]
    const answer = await start({
      simulation, targets: twins.map((each) => ({ ...each, sigma })),
      variables: [{ variable: { property: 'baseDemand', twins: ids.map(({ _id }) => _id), as: 'FACTOR', name: 'everybody' }, min: 0.5, max: 2 }],
    })
    await ended(town, String(answer.run.id))
    const { variables: [everybody] } = await found(String(answer.run.id))
    expect(everybody.value).toBeCloseTo(1.15, 1)
    const { applyCalibration } = await town.data('mutation ($run: ID!) { applyCalibration(run: $run, name: "calibrated") { __typename ... on ApplyCalibrationSuccess { scenario { id description } applied left } ... on Problem { message } } }', { run: answer.run.id })
    expect(applyCalibration).toMatchObject({ __typename: 'ApplyCalibrationSuccess', scenario: { id: 'calibrated' }, applied: ['everybody'], left: [] })
    const read = 'query ($id: ID!, $scenario: ID) { junction(id: $id, scenario: $scenario) { baseDemand } }'
    const [first] = ids
    expect((await town.data(read, { id: first?._id, scenario: 'calibrated' })).junction.baseDemand).toBeCloseTo((first?.baseDemand ?? NaN) * everybody.value, 9)
    expect((await town.data(read, { id: first?._id })).junction.baseDemand).toBe(first?.baseDemand)
    expect((await town.data('mutation { promoteScenario(id: "calibrated") { ... on PromoteScenarioSuccess { twins } } }')).promoteScenario).toEqual({ twins: ids.length })
    expect((await town.data(read, { id: first?._id })).junction.baseDemand).toBeCloseTo((first?.baseDemand ?? NaN) * everybody.value, 9)
  })

  it('is refused at once where what it is to agree with is not simulated', async () => {
    expect((await start({ simulation, variables: [{ variable: { parameter: 'demandMultiplier' }, min: 2, max: 1 }], targets: [{ twin: 'tank-1', name: 'pressur' }, { twin: 'nobody', name: 'level' }] })).problems.map(({ code }: Data) => code as string)).toEqual(['OUT_OF_BOUNDS', 'UNKNOWN_TELEMETRY', 'UNKNOWN_TELEMETRY'])
  })

  it('is refused at once where nothing was measured in the simulated time', async () => {
    const { problems } = await start({ simulation: { ...simulation, from: '2020-01-01T00:00:00Z' }, variables: [{ variable: { parameter: 'demandMultiplier' }, min: 0.5, max: 2 }], targets: twins })
    expect(problems).toHaveLength(twins.length)
    expect(problems[0]).toMatchObject({ code: 'MISSING_INPUT', path: ['input', 'targets', '0'], twin: twins[0]?.twin })
  })
})
