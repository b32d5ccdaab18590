import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../../support/app.ts'
import { activePredictor, linearModel, putArtifact, startedInference, startInference } from '../../support/predictors.ts'
import { changeRun, ended } from '../../support/runs.ts'

const pump = {
  '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:stream:Pump;1', '@type': 'Interface', contents: [
    { '@type': 'Telemetry', name: 'flow', schema: 'double' }, { '@type': 'Telemetry', name: 'power', schema: 'double' },
  ],
}
const second = (n: number): string => new Date(Math.floor(Date.now() / 1_000) * 1_000 + 1_000 * n).toISOString()

describe('a stream of predictions', () => {
  let app: TestApp
  let stream: string
  beforeAll(async () => {
    app = await openTestApp()
    await app.data('mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: [pump] })
    await app.data('mutation { createTwins(twins: [{ id: "p1", model: "dtmi:stream:Pump;1" }, { id: "p2", model: "dtmi:stream:Pump;1" }]) { __typename } }')
    await activePredictor(app, {
      name: 'sum', runtime: 'ONNX', artifact: await putArtifact(app, linearModel([1, 10])), card: {
        description: 'A sum.', licence: 'Apache-2.0', features: [{ name: 'flow', from: 'flow' }, { name: 'power', from: 'power', fill: 0 }], inputs: [{ tensor: 'x', type: 'FP32', features: ['flow', 'power'] }],
        outputs: [{ name: 'sum', tensor: 'score' }], metrics: {},
      },
    })
    stream = await startedInference(app, { predictor: 'sum', model: 'dtmi:stream:Pump;1', stream: {} })
    await ended(app, stream, ['RUNNING'])
  }, 120_000)
  afterAll(async () => { await app[Symbol.asyncDispose]() })

  const ingest = async (rows: readonly object[]): Promise<void> => {
    const { status, body } = await app.post('/ingest', JSON.stringify(rows), { 'content-type': 'application/json' })
    if (status !== 200) throw new Error(JSON.stringify(body))
  }
  const said = async (twin: string): Promise<readonly { readonly at: string; readonly value: number; readonly run: string }[]> => (await app.data(`query ($twin: ID!) { twin(id: $twin) { _series(name: "sum@sum") { ... on FloatSeries {
    readings(source: PREDICTED, to: "2100-01-01T00:00:00Z") { edges { node { at value run } } } } } } }`, { twin }))['twin']._series.readings.edges.map(({ node }: { readonly node: unknown }) => node)

  it('says something of each twin at each instant at which something was measured that it reads', async () => {
    const at = [1, 2, 3].map(second)
    await ingest([{ twin: 'p1', at: at[0], values: { flow: 1 } }, { twin: 'p1', at: at[1], values: { flow: 2, power: 5 } }, { twin: 'p2', at: at[1], values: { flow: 7 } }])
    await ingest([{ twin: 'p1', at: at[2], values: { power: 6 } }])
    await expect.poll(() => said('p1')).toEqual([{ at: at[0], value: 1, run: stream }, { at: at[1], value: 52, run: stream }, { at: at[2], value: 62, run: stream }])
    await expect.poll(() => said('p2')).toEqual([{ at: at[1], value: 7, run: stream }])
    await expect.poll(async () => (await app.data('query ($id: ID!) { run(id: $id) { kind state kpis } }', { id: stream }))['run'] as unknown).toMatchObject({ kind: 'STREAM', state: 'RUNNING', kpis: { lagMs: expect.any(Number) as number } })
  })

  it('does not keep runs from being done, however many streams there are', async () => {
    const more: string[] = []
    for (const tag of ['a', 'b', 'c']) more.push(await startedInference(app, { predictor: 'sum', twins: ['p1'], stream: {}, tags: [tag], force: true, publish: false }))
    for (const id of more) await ended(app, id, ['RUNNING'])
    expect(await ended(app, await startedInference(app, { predictor: 'sum', twins: ['p1'], at: second(60), knowledge: 'MEASURED' }))).toMatchObject({ state: 'SUCCEEDED' })
    for (const id of more) {
      await changeRun(app, 'cancelRun', id)
      expect(await ended(app, id)).toMatchObject({ state: 'CANCELLED' })
    }
  })

  it('is one with an equal one, whenever that is asked for', async () => {
    expect(await startInference(app, { predictor: 'sum', model: 'dtmi:stream:Pump;1', stream: {} })).toMatchObject({ isKnown: true, run: { id: stream } })
  })

  it('is bound anew when the graph changes: twins that are made while it goes on are predicted from their first reading', async () => {
    const at = [61, 62].map(second)
    await app.data('mutation { createTwins(twins: [{ id: "p3", model: "dtmi:stream:Pump;1" }]) { __typename } }')
    await ingest([{ twin: 'p3', at: at[0], values: { flow: 8 } }, { twin: 'p3', at: at[1], values: { flow: 9 } }])
    await expect.poll(() => said('p3'), { timeout: 60_000 }).toEqual([{ at: at[0], value: 8, run: stream }, { at: at[1], value: 9, run: stream }])
    const { run } = await app.data('query ($id: ID!) { run(id: $id) { twins { edges { node { twin isWritten } } } } }', { id: stream })
    expect(run).toEqual({ twins: { edges: ['p1', 'p2', 'p3'].map((twin) => ({ node: { twin, isWritten: true } })) } })
  })

  it('tells once that it is behind, until it is within its lag again', async () => {
    const late = await startedInference(app, { predictor: 'sum', twins: ['p2'], stream: { maxLag: 'PT0.001S' }, publish: false })
    await ended(app, late, ['RUNNING'])
    for (const at of [90, 91].map(second)) {
      await ingest([{ twin: 'p2', at, values: { flow: 7 } }])
      await expect.poll(async () => (await app.data(`query ($id: ID!) { run(id: $id) { series(twin: "p2", name: "sum@sum") { ... on FloatSeries { readings(to: "2100-01-01T00:00:00Z") { edges { node { at } } } } } } }`, { id: late }))['run'].series.readings.edges.at(-1)?.node.at as unknown).toBe(at)
    }
    await expect.poll(async () => (await app.data('query ($id: ID!) { run(id: $id) { kpis problems { code count } } }', { id: late }))['run'] as unknown, { timeout: 10_000 }).toMatchObject({ kpis: { rows: 2, timesBehind: 1 }, problems: [{ code: 'STREAM_BEHIND', count: 1 }] })
    await changeRun(app, 'cancelRun', late)
    await ended(app, late)
  })

  it('goes on when its server comes back, with what came before it was taken up again', async () => {
    await app.restart()
    const at = second(120)
    await ingest([{ twin: 'p2', at, values: { flow: 70 } }])
    await expect.poll(async () => (await said('p2')).at(-1), { timeout: 60_000 }).toEqual({ at, value: 70, run: stream })
  })

  it('publishes nothing more once its predictor was retired', async () => {
    await app.data('mutation { setPredictorStage(id: "sum;1", stage: RETIRED) { __typename } }')
    const [at, published] = [second(180), await said('p1')]
    await ingest([{ twin: 'p1', at, values: { flow: 4, power: 0 } }])
    await expect.poll(async () => (await app.data(`query ($id: ID!) { run(id: $id) { series(twin: "p1", name: "sum@sum") { ... on FloatSeries { readings(to: "2100-01-01T00:00:00Z") { edges { node { at value } } } } } } }`, { id: stream }))['run'].series.readings.edges.at(-1)?.node as unknown).toEqual({ at, value: 4 })
    expect(await said('p1')).toEqual(published)
  })

  it('is refused where nothing arrives, and ends when it is cancelled', async () => {
    await app.data('mutation { createScenario(name: "what") { __typename } }')
    expect(await startInference(app, { predictor: 'sum', twins: ['p1'], stream: {}, scenario: 'what' })).toMatchObject({ problems: [{ code: 'UNSUPPORTED', path: ['input', 'stream'] }] })
    await changeRun(app, 'cancelRun', stream)
    expect(await ended(app, stream)).toMatchObject({ state: 'CANCELLED' })
  })
})
