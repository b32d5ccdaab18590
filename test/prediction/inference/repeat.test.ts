import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../../support/app.ts'
import { activePredictor, linearModel, putArtifact, startedInference } from '../../support/predictors.ts'
import { changeRun, ended } from '../../support/runs.ts'

const pump = { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:again:Pump;1', '@type': 'Interface', contents: [{ '@type': 'Telemetry', name: 'flow', schema: 'double' }] }

describe('an inference that is done over again', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await openTestApp()
    await app.data('mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: [pump] })
    await app.data('mutation { createTwins(twins: [{ id: "p1", model: "dtmi:again:Pump;1" }, { id: "p2", model: "dtmi:again:Pump;1" }]) { __typename } }')
    await activePredictor(app, {
      name: 'twice', runtime: 'ONNX', artifact: await putArtifact(app, linearModel([2])), card: {
        description: 'Twice the flow.', licence: 'Apache-2.0', features: [{ name: 'flow', from: 'flow' }], inputs: [{ tensor: 'x', type: 'FP32', features: ['flow'] }], outputs: [{ name: 'double', tensor: 'score' }], metrics: {},
      },
    })
    await app.post('/ingest', JSON.stringify(['p1', 'p2'].map((twin) => ({ twin, at: '2026-05-01T00:00:00Z', values: { flow: 3 } }))), { 'content-type': 'application/json' })
  }, 120_000)
  afterAll(async () => { await app[Symbol.asyncDispose]() })

  it('comes to the same of the same twins, and what was published stays the word of the first', async () => {
    const first = await startedInference(app, { predictor: 'twice', model: 'dtmi:again:Pump;1', at: '2026-05-01T00:00:00Z', knowledge: 'MEASURED' })
    expect(await ended(app, first)).toMatchObject({ state: 'SUCCEEDED' })
    const again = (await changeRun(app, 'rerun', first))['run'] as { readonly id: string }
    expect(await ended(app, again.id)).toMatchObject({ state: 'SUCCEEDED' })
    const { run } = await app.data('query ($id: ID!) { run(id: $id) { isReproduced twins { edges { node { twin isRead isWritten } } } } }', { id: again.id })
    expect(run).toEqual({ isReproduced: true, twins: { edges: ['p1', 'p2'].map((twin) => ({ node: { twin, isRead: true, isWritten: true } })) } })
    const { twin } = await app.data('query { twin(id: "p1") { _series(name: "double@twice") { ... on FloatSeries { readings(source: PREDICTED, to: "2100-01-01T00:00:00Z") { edges { node { value run } } } } } } }')
    expect(twin._series.readings.edges).toEqual([{ node: { value: 6, run: first } }])
  })
})
