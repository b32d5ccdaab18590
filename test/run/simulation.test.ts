import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../support/app.ts'
import { ended, started, startSimulation } from '../support/runs.ts'

const day = { engine: 'epanet', of: ['reservoir-1'], from: '2026-03-02T00:00:00Z', horizon: 'PT24H', step: 'PT1H', seed: 1 }

describe('a simulation of the demo town', () => {
  let town: TestApp
  beforeAll(async () => { town = await openTestApp({ demo: true }) }, 60_000)
  afterAll(async () => { await town[Symbol.asyncDispose]() })

  it('succeeds, and its results are series of the same twins', async () => {
    const run = await ended(town, await started(town, day))
    expect(run).toMatchObject({ state: 'SUCCEEDED', progress: 1, failure: null, resultHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
    const { pump, runs: [found] } = await town.data(`query ($run: ID!) {
      pump(id: "pump-1") { flow { readings(run: $run, source: SIMULATED, first: 30) { edges { node { at value source run } } } latest { value } } }
      runs(where: { id: { eq: $run } }, limit: 1) {
        series(twin: "pump-1", name: "flow") { ... on FloatSeries { unit readings { edges { node { at value source run } } } summary { count } } }
        values kpis step from to engine scenario { id } report { mapped { twin role } ignored { twin why } } twins(first: 3) { edges { node { twin isRead isWritten } } pageInfo { hasNextPage } }
      }
    }`, { run: run.id })
    expect(pump.flow.readings.edges).toHaveLength(25)
    expect(pump.flow.readings.edges[0].node).toMatchObject({ at: '2026-03-02T00:00:00.000Z', source: 'SIMULATED', run: run.id, value: expect.any(Number) as number })
    expect(pump.flow.latest).toBeNull() // nothing was measured
    expect(found.series.readings).toEqual(pump.flow.readings)
    expect(found.series).toMatchObject({ unit: 'litrePerSecond', summary: { count: 25 } })
    expect(found).toMatchObject({ step: 'PT1H', from: '2026-03-02T00:00:00.000Z', to: '2026-03-03T00:00:00.000Z', engine: 'epanet', scenario: null })
    expect(found.report.mapped).toContainEqual({ twin: 'pump-1', role: 'pump' })
    const { runsOfTwin } = await town.data('{ runsOfTwin(twin: "pump-1", first: 1) { edges { node { isRead isWritten run { id state } } } pageInfo { hasNextPage } } }')
    expect(runsOfTwin).toEqual({ edges: [{ node: { isRead: true, isWritten: true, run: { id: run.id, state: 'SUCCEEDED' } } }], pageInfo: { hasNextPage: false } })
    expect(found.twins).toMatchObject({ edges: [{ node: { isRead: true } }, {}, {}], pageInfo: { hasNextPage: true } })
  })

  it('is answered by an equal one that was', async () => {
    const first = await started(town, day)
    const again = await startSimulation(town, day)
    expect(again).toMatchObject({ isKnown: true, run: { id: first } })
    const forced = await startSimulation(town, { ...day, force: true })
    expect(forced.isKnown).toBe(false)
    const [one, other] = [await ended(town, first), await ended(town, String(forced.run?.id))]
    expect(other).toMatchObject({ configHash: one.configHash, resultHash: one.resultHash })
  })

  it('can be done once more, to the bit', async () => {
    const first = await started(town, day)
    await ended(town, first)
    const { rerun } = await town.data('mutation ($id: ID!) { rerun(id: $id) { ... on RerunSuccess { run { id repeats isReproduced } } } }', { id: first })
    expect(rerun.run).toMatchObject({ repeats: first })
    await ended(town, String(rerun.run.id))
    expect(await town.data('query ($id: ID!) { run(id: $id) { state isReproduced } }', { id: rerun.run.id })).toEqual({ run: { state: 'SUCCEEDED', isReproduced: true } })
  })

  it('is refused at once where it cannot be done, with everything that is wrong', async () => {
    const refused = await startSimulation(town, { ...day, of: ['nobody'] })
    expect(refused).toMatchObject({ __typename: 'Invalid', problems: [{ code: 'UNKNOWN_TWIN', twin: 'nobody', path: ['input', 'of', '0'] }] })
    expect(await startSimulation(town, { ...day, engine: 'epanett' })).toMatchObject({ __typename: 'NotFound', code: 'UNKNOWN_ENGINE', message: expect.stringContaining('Did you mean epanet?') as string })
    expect(await startSimulation(town, { ...day, step: 'P2D', parameters: { demandMultiplier: -1, nonsense: 1 } })).toMatchObject({
      problems: expect.arrayContaining([
        expect.objectContaining({ code: 'OUT_OF_BOUNDS', path: ['input', 'step'] }), expect.objectContaining({ code: 'OUT_OF_BOUNDS', path: ['input', 'parameters', 'demandMultiplier'] }),
        expect.objectContaining({ code: 'UNKNOWN_PARAMETER', path: ['input', 'parameters', 'nonsense'] }),
      ]) as unknown[],
    })
    expect(await startSimulation(town, { ...day, over: ['feed'] })).toMatchObject({ problems: [{ code: 'UNKNOWN_RELATIONSHIP', path: ['input', 'over', '0'], message: expect.stringContaining('Did you mean feeds?') as string }] })
    expect(await startSimulation(town, { ...day, scenario: 'nowhere' })).toMatchObject({ __typename: 'NotFound', id: 'nowhere' })
  })

  it('of a scenario sees what the scenario says, and is compared with its base', async () => {
    await town.data('mutation { createScenario(name: "pump 3 out") { __typename } updatePump(id: "pump-3", properties: { status: "FAULT" }, scenario: "pump-3-out") { __typename } }')
    const [base, branch] = [await started(town, day), await started(town, { ...day, scenario: 'pump-3-out' })]
    expect((await ended(town, branch)).state).toBe('SUCCEEDED')
    await ended(town, base)
    const { compareRuns } = await town.data(`query ($base: ID!, $branch: ID!) { compareRuns(baseline: $base, candidates: [$branch], first: 5) {
      baseline { id } candidates { run { id scenario { id } } seriesCount kpis { name unit baseline candidate difference count } series { twin name count meanDifference rmse greatestDifference greatestAt } }
    } }`, { base, branch })
    const [compared] = compareRuns.candidates
    expect(compared.run).toEqual({ id: branch, scenario: { id: 'pump-3-out' } })
    expect(compared.series).toHaveLength(5)
    expect(compared.series.every(({ count }: { count: number }) => count === 25)).toBe(true)
    expect(compared.seriesCount).toBeGreaterThan(100)
    expect(compared.kpis.length).toBeGreaterThan(2)
  })

  it('is cancelled while it computes, within moments', async () => {
    const long = await started(town, { ...day, horizon: 'P365D', step: 'PT5M', seed: 2 })
    await ended(town, long, ['RUNNING'])
    expect((await town.data('mutation ($id: ID!) { cancelRun(id: $id) { __typename } }', { id: long })).cancelRun.__typename).toBe('CancelRunSuccess')
    expect((await ended(town, long)).state).toBe('CANCELLED')
    expect((await town.data('query ($id: ID!) { run(id: $id) { progress } }', { id: long })).run.progress).toBeLessThan(1)
    expect((await town.data('mutation ($id: ID!) { cancelRun(id: $id) { __typename ... on Problem { code } } }', { id: long })).cancelRun).toEqual({ __typename: 'Conflict', code: 'RUN_ENDED' })
  })

  it('is deleted with its results', async () => {
    const run = await started(town, { ...day, seed: 77, force: true })
    await ended(town, run)
    expect(await town.data('mutation ($ids: [ID!]!) { deleteRuns(ids: $ids) { ... on DeleteRunsSuccess { deleted } } }', { ids: [run] })).toEqual({ deleteRuns: { deleted: [run] } })
    expect(await town.data('query ($run: ID!) { run(id: $run) { id } pump(id: "pump-1") { flow { readings(run: $run) { edges { cursor } } } } }', { run })).toEqual({ run: null, pump: { flow: { readings: { edges: [] } } } })
  })
})

describe('the engines', () => {
  it('say what they take and what they understand', async () => {
    await using app = await openTestApp()
    const { engines } = await app.data('{ engines { id name version build description parameters over determinism isolation cancel roles { role properties { name unit isRequired } outputs { name unit } inputs { name } } kpis { name unit description } } }')
    const epanet = engines.find(({ id }: { id: string }) => id === 'epanet')
    expect(epanet).toMatchObject({ over: ['feeds', 'switchedBy'], determinism: 'BITWISE', isolation: 'THREAD', parameters: { type: 'object', properties: { demandMultiplier: { type: 'number' } } } })
    expect(epanet.roles.map(({ role }: { role: string }) => role)).toEqual(expect.arrayContaining(['reservoir', 'tank', 'junction', 'pipe', 'pump', 'valve']))
  })
})
