import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { ended } from '../support/runs.ts'

const simulation = { engine: 'epanet', of: ['reservoir-1'], from: '2026-03-02T00:00:00Z', horizon: 'PT6H', step: 'PT1H', seed: 5 }
const demand = { variable: { parameter: 'demandMultiplier' } }

describe('a sweep', () => {
  let town: TestApp
  beforeAll(async () => { town = await openTestApp({ demo: true }) }, 120_000)
  afterAll(async () => { await town[Symbol.asyncDispose]() })

  const start = async (input: object): Promise<Data> => (await town.data(`mutation ($input: StartSweepInput!) { startSweep(input: $input) {
    __typename ... on StartSweepSuccess { isKnown run { id kind configHash } } ... on Problem { code message path } ... on Invalid { problems { code message path } }
  } }`, { input })).startSweep as Data
  const members = async (id: string): Promise<readonly Data[]> =>
    (await town.data('query ($id: ID!) { run(id: $id) { members { edges { node { index settings seed kpis resultHash failure { code message } } } pageInfo { hasNextPage } } } }', { id })).run.members.edges.map(({ node }: { node: Data }) => node) as readonly Data[]

  it('runs every combination of a grid, each as that simulation alone would be', async () => {
    const started = await start({ simulation, design: 'GRID', variables: [{ ...demand, values: [0.8, 1, 1.2] }, { variable: { property: 'speed', twins: ['pump-1'], as: 'FACTOR', name: 'pump' }, values: [0.9, 1] }], statistics: [{ twin: 'tank-1', name: 'level', reducer: 'MEAN' }] })
    expect(started).toMatchObject({ __typename: 'StartSweepSuccess', isKnown: false, run: { kind: 'SWEEP' } })
    const id = String(started.run.id)
    expect(await ended(town, id)).toMatchObject({ state: 'SUCCEEDED', failure: null })
    const all = await members(id)
    expect(all.map(({ settings }) => settings as unknown)).toEqual([0.8, 1, 1.2].flatMap((demandMultiplier) => [0.9, 1].map((pump) => ({ demandMultiplier, pump }))))
    expect(new Set(all.map(({ resultHash }) => resultHash as string)).size).toBe(6)
    const levels = all.map(({ kpis }) => kpis['tank-1.level.MEAN'] as number)
    expect(levels[1]).toBeGreaterThan(levels[5] ?? NaN) // the more is drawn, the lower the tank
    const alone = (await town.data('mutation ($input: StartSimulationInput!) { startSimulation(input: $input) { ... on StartSimulationSuccess { run { id } } } }', { input: { ...simulation, parameters: { demandMultiplier: 1.2 } } })).startSimulation
    expect((await ended(town, String(alone.run.id))).resultHash).toBe(all[5]?.resultHash)
  })

  it('is the same for the same seed, and keeps the series of its members where that is asked', async () => {
    const input = { simulation, design: 'LATIN_HYPERCUBE', samples: 8, keepSeries: true, variables: [{ ...demand, from: 0.8, to: 1.2 }] }
    const [one, other] = [await start(input), await start({ ...input, simulation: { ...simulation, force: true } })]
    const [first, again] = [await ended(town, String(one.run.id)), await ended(town, String(other.run.id))]
    expect(again).toMatchObject({ configHash: first.configHash, resultHash: first.resultHash })
    expect(await members(String(other.run.id))).toEqual(await members(String(one.run.id)))
    const { run } = await town.data('query ($id: ID!) { run(id: $id) { values members(first: 2) { edges { node { index series(twin: "tank-1", name: "level") { ... on FloatSeries { readings { edges { node { value run } } } } } } } pageInfo { hasNextPage } } } }', { id: one.run.id })
    expect(run.members.pageInfo.hasNextPage).toBe(true)
    const [mine, next] = run.members.edges.map(({ node }: { node: Data }) => node.series.readings.edges as readonly Data[]) as readonly (readonly Data[])[]
    expect(mine).toHaveLength(7)
    expect(mine).not.toEqual(next)
  })

  it('is compared with another member by member', async () => {
    const customer = String((await town.data('{ junctions(where: { baseDemand: { gt: 0.5 } }, sort: [{ _id: ASC }], limit: 1) { _id } }')).junctions[0]._id)
    const sweep = (factor: number) => start({ simulation: { ...simulation, parameters: { demandMultiplier: factor } }, design: 'SOBOL', samples: 12, variables: [{ variable: { property: 'baseDemand', twins: [customer], as: 'FACTOR' }, from: 0.5, to: 1.5 }], statistics: [{ twin: 'tank-1', name: 'level', reducer: 'LAST' }] })
    const [base, more] = [await sweep(1), await sweep(1.1)]
    for (const { run } of [base, more]) await ended(town, String(run.id))
    const { compareRuns } = await town.data('query ($base: ID!, $more: ID!) { compareRuns(baseline: $base, candidates: [$more]) { candidates { members { count unpaired { baseline candidate } } kpis { name baseline candidate difference count standardError interval95 } series { twin } } } }', { base: base.run.id, more: more.run.id })
    const [{ members: paired, kpis, series }] = compareRuns.candidates
    expect(paired).toEqual({ count: 12, unpaired: { baseline: 0, candidate: 0 } })
    expect(series).toEqual([])
    const level = kpis.find(({ name }: Data) => name === 'tank-1.level.LAST')
    expect(level).toMatchObject({ count: 12 })
    expect(level.difference).toBeLessThan(0)
    expect(level.interval95[0]).toBeLessThan(level.difference)
    expect(level.interval95[1]).toBeGreaterThan(level.difference)
  })

  it('is refused at once with all that is wrong with it', async () => {
    const { problems } = await start({
      simulation: { ...simulation, horizon: 'PT1H', step: 'PT2H' }, design: 'GRID', variables: [{ ...demand, values: [1] }],
    })
    expect(problems).toEqual([expect.objectContaining({ code: 'OUT_OF_BOUNDS', path: ['input', 'simulation', 'step'] })])
    expect((await start({ simulation, design: 'SOBOL', variables: [{ variable: { parameter: 'demandMultiplie' }, from: 1, to: 2 }, { variable: { property: 'speed', twins: ['pump-1'] }, values: [-1] }, { ...demand, from: 3, to: 2 }] })).problems).toEqual([
      expect.objectContaining({ code: 'UNKNOWN_PARAMETER', path: ['input', 'variables', '0', 'variable'], message: expect.stringContaining('Did you mean demandMultiplier?') as string }),
      expect.objectContaining({ code: 'OUT_OF_BOUNDS', path: ['input', 'samples'] }),
      expect.objectContaining({ code: 'MISSING_INPUT', path: ['input', 'variables', '1'] }),
      expect.objectContaining({ code: 'OUT_OF_BOUNDS', path: ['input', 'variables', '2'] }),
    ])
  })
})
