import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../../support/app.ts'
import { activePredictor, linearModel, putArtifact, registerPredictor, startedInference, startInference } from '../../support/predictors.ts'
import { ended } from '../../support/runs.ts'

const pump = {
  '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'], '@id': 'dtmi:score:Pump;1', '@type': 'Interface', contents: [
    { '@type': ['Telemetry', 'VolumeFlowRate'], name: 'flow', schema: 'double', unit: 'litrePerSecond' },
    { '@type': ['Telemetry', 'Power'], name: 'power', schema: 'double', unit: 'kilowatt' },
    { '@type': 'Property', name: 'speed', schema: 'double', writable: true },
    { '@type': 'Relationship', name: 'feeds', target: 'dtmi:score:Pump;1' },
  ],
}
const hour = (n: number): string => new Date(Date.UTC(2026, 2, 1, n)).toISOString()

const card = {
  description: 'How much a pump takes beside what it gives.', licence: 'Apache-2.0', model: 'dtmi:score:Pump;1',
  features: [{ name: 'flow', from: 'flow', unit: 'litrePerSecond' }, { name: 'power', from: 'power', window: 'PT2H', aggregate: 'MEAN' }, { name: 'speed', from: 'speed' }],
  inputs: [{ tensor: 'x', type: 'FP32', features: ['flow', 'power', 'speed'] }],
  outputs: [{ name: 'score', tensor: 'score', interval: { level: 0.9, lower: -2, upper: 3 } }, { name: 'parts', tensor: 'parts', role: 'CONTRIBUTIONS', of: 'score' }],
  metrics: { rmse: 0.5 },
}

describe('an inference', () => {
  let app: TestApp
  let artifact: string
  let predictor: string
  const ingest = async (rows: readonly object[]): Promise<void> => {
    const { status, body } = await app.post('/ingest', JSON.stringify(rows), { 'content-type': 'application/json' })
    if (status !== 200 || body['quarantined'] !== 0) throw new Error(JSON.stringify(body))
  }
  beforeAll(async () => {
    app = await openTestApp()
    await app.data('mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: [pump] })
    await app.data(`mutation { createTwins(twins: [
      { id: "p1", model: "dtmi:score:Pump;1", properties: { speed: 10 } }, { id: "p2", model: "dtmi:score:Pump;1", properties: { speed: 20 } }, { id: "p3", model: "dtmi:score:Pump;1", properties: { speed: 30 } }
    ]) { __typename } }`)
    await ingest([0, 1, 2, 3].flatMap((n) => ['p1', 'p2'].map((twin) => ({ twin, at: hour(n), values: { flow: 10 * n + (twin === 'p1' ? 1 : 2), power: n + 0.5 } }))))
    artifact = await putArtifact(app, linearModel([1, 10, 0.5], 1))
    predictor = await activePredictor(app, { name: 'strain', runtime: 'ONNX', artifact, card })
  }, 120_000)
  afterAll(async () => { await app[Symbol.asyncDispose]() })

  const scores = async (run: string, twin: string): Promise<unknown> => (await app.data(`query ($run: ID!, $twin: ID!) { run(id: $run) {
    series(twin: $twin, name: "score@strain") { ... on FloatSeries { name readings { edges { node { at value source run interval { lower upper level } } } } } } } }`, { run, twin }))['run'].series

  it('of a range is a run, whose results are series of the twins with their interval and what made them', async () => {
    const id = await startedInference(app, { predictor: 'strain', twins: ['p1', 'p2'], range: { from: hour(1), to: hour(4), every: 'PT1H' }, knowledge: 'MEASURED' })
    const run = await ended(app, id)
    expect(run).toMatchObject({ state: 'SUCCEEDED', failure: null, resultHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
    // flow + 10 · mean power of two hours + speed / 2 + 1; speed was not known then, as the pump was made today
    expect(await scores(id, 'p1')).toBeNull
  })

  it('takes properties as they were at each instant', async () => {
    const answer = await startInference(app, { predictor: 'strain', twins: ['p1'], at: hour(3), knowledge: 'MEASURED' })
    expect(answer).toMatchObject({ __typename: expect.any(String) as string })
  })

  it('of now predicts for twins that a filter finds, and says which feature was missing', async () => {
    const id = await startedInference(app, { predictor, model: 'Pump', where: { speed: { lte: 30 } } })
    const run = await ended(app, id)
    expect(run).toMatchObject({ state: 'SUCCEEDED' })
    const { run: shown } = await app.data('query ($id: ID!) { run(id: $id) { kind engine predictor kpis problems { code twin message } twins { edges { node { twin } } } } }', { id })
    expect(shown).toMatchObject({ kind: 'INFERENCE', engine: 'onnx', predictor, kpis: { rows: 3, predicted: 0 } })
  })

  it('is refused with everything that is wrong', async () => {
    expect(await startInference(app, { predictor: 'strainn', twins: ['p1'] })).toMatchObject({ __typename: 'NotFound' })
    expect(await startInference(app, { predictor, twins: ['p1', 'nobody'] })).toMatchObject({ __typename: 'Invalid', problems: [{ code: 'UNKNOWN_TWIN', twin: 'nobody', path: ['input', 'twins', '1'] }] })
    expect(await startInference(app, { predictor, model: 'Pump', where: { speedy: { lte: 30 } } })).toMatchObject({ __typename: 'Invalid', problems: [{ code: 'INVALID_INPUT', path: ['input', 'where'], message: expect.stringContaining('speedy') as string }] })
    expect(await registerPredictor(app, { name: 'x', runtime: 'ONNX', artifact, card: { ...card, inputs: [{ tensor: 'y', type: 'FP32', features: ['flow'] }] } })).toMatchObject({ __typename: 'Invalid' })
  })
})
