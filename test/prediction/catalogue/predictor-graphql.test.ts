import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../../support/app.ts'
import { activePredictor, linearModel, putArtifact, registerPredictor, startedInference } from '../../support/predictors.ts'
import { ended } from '../../support/runs.ts'

const tank = {
  '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'], '@id': 'dtmi:cat:Tank;1', '@type': 'Interface', contents: [
    { '@type': ['Telemetry', 'Distance'], name: 'level', schema: 'double', unit: 'metre' },
    { '@type': 'Relationship', name: 'feeds', target: 'dtmi:cat:Tank;1' },
  ],
}
const hour = (n: number): string => new Date(Date.UTC(2026, 2, 1, n)).toISOString()
const sample = Array.from({ length: 200 }, (_, at) => at / 200)

const card = {
  description: 'How full a tank will be.', licence: 'MIT', model: 'dtmi:cat:Tank;1',
  features: [{ name: 'level', from: 'level', unit: 'metre', staleAfter: 'PT2H' }, { name: 'below', from: 'level', over: [{ name: 'feeds' }], window: 'PT4H', aggregate: 'MAX', lag: 'PT1H', fill: 0 }],
  inputs: [{ tensor: 'x', type: 'FP32', features: ['level', 'below'] }],
  outputs: [{ name: 'later', tensor: 'score', telemetry: 'level', unit: 'centimetre', horizon: 'PT1H', interval: { level: 0.9, lower: -2, upper: 3 } }],
  training: { from: hour(-240), to: hour(0), rows: 240, dataSha256: 'd'.repeat(64), code: 'examples/levels' }, metrics: { rmse: 0.5 }, reference: [{ feature: 'level', sample }],
}

describe('predictors in the API', () => {
  let app: TestApp
  let artifact: string
  beforeAll(async () => {
    app = await openTestApp()
    await app.data('mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: [tank] })
    await app.data('mutation { createTwins(twins: [{ id: "t1", model: "dtmi:cat:Tank;1" }, { id: "t2", model: "dtmi:cat:Tank;1" }]) { __typename } }')
    artifact = await putArtifact(app, linearModel([100, 0]))
  }, 120_000)
  afterAll(async () => { await app[Symbol.asyncDispose]() })

  it('are shown with all that their card says', async () => {
    expect(await registerPredictor(app, { name: 'levels', runtime: 'ONNX', artifact, card })).toMatchObject({ __typename: 'RegisterPredictorSuccess', isKnown: false, predictor: { id: 'levels;1', stage: 'CANDIDATE' } })
    const { predictor } = await app.data(`{ predictor(id: "levels;1") {
      id name version stage runtime description licence artifact modelId createdAt createdBy stagedAt remote { url } method options metrics
      features { name from calendar source twin over { name direction } across window aggregate every lag staleAfter unit encode fill width }
      inputs { tensor type features } outputs { name tensor column role of telemetry unit horizon interval { level lower upper } }
      training { from to dataSha256 rows code } reference { feature sample } drift { feature psi } driftSeries(feature: "level", measure: PSI) { name latest { value } } none: driftSeries(feature: "below", measure: PSI) { name } } }`)
    expect(predictor).toMatchObject({
      id: 'levels;1', name: 'levels', version: 1, stage: 'CANDIDATE', runtime: 'ONNX', description: card.description, licence: 'MIT', artifact, modelId: 'dtmi:cat:Tank;1', createdBy: 'local-administrator',
      remote: null, method: null, options: null, metrics: { rmse: 0.5 }, inputs: card.inputs, reference: [{ feature: 'level', sample }], training: card.training,
      features: [
        { name: 'level', from: 'level', source: 'MEASURED', over: [], across: null, window: null, aggregate: null, lag: 'PT0S', staleAfter: 'PT2H', unit: 'metre', fill: null, width: 1 },
        { name: 'below', over: [{ name: 'feeds', direction: 'OUT' }], across: 'MEAN', window: 'PT4H', aggregate: 'MAX', lag: 'PT1H', fill: 0 },
      ],
      outputs: [{ ...card.outputs[0], column: 0, role: 'VALUE', of: null }], drift: [], driftSeries: { name: 'psi~level', latest: null }, none: null,
    })
  })

  it('are listed, filtered and counted like all of the catalogue, and nobody else sees them', async () => {
    for (const description of ['Better.', 'Best.']) await registerPredictor(app, { name: 'versions', runtime: 'ONNX', artifact, card: { ...card, description } })
    const { predictors, predictorsConnection } = await app.data(`{
      predictors(where: { name: { eq: "versions" } }, sort: [{ version: DESC }]) { id version description features { name } }
      predictorsConnection(where: { modelId: { eq: "dtmi:cat:Tank;1" }, stage: { eq: CANDIDATE }, name: { eq: "versions" } }) { aggregate { count { nodes } } } }`)
    expect(predictors).toMatchObject([{ id: 'versions;2', description: 'Best.', features: [{ name: 'level' }, { name: 'below' }] }, { id: 'versions;1' }])
    expect(predictorsConnection).toEqual({ aggregate: { count: { nodes: 2 } } })
    await using other = await openTestApp()
    expect(await other.data('{ predictors { id } predictor(id: "versions;1") { id } }')).toEqual({ predictors: [], predictor: null })
  })

  it('are meant by their name where they are active, one version at a time', async () => {
    const ids = [await activePredictor(app, { name: 'stages', runtime: 'ONNX', artifact, card }), await activePredictor(app, { name: 'stages', runtime: 'ONNX', artifact, card: { ...card, licence: 'Apache-2.0' } })]
    expect(ids).toEqual(['stages;1', 'stages;2'])
    expect(await app.data('{ predictor(id: "stages") { id stage } first: predictor(id: "stages;1") { stage } }')).toEqual({ predictor: { id: 'stages;2', stage: 'ACTIVE' }, first: { stage: 'RETIRED' } })
    const { setPredictorStage } = await app.data('mutation { setPredictorStage(id: "stages;2", stage: RETIRED) { ... on SetPredictorStageSuccess { predictor { stage } } } }')
    expect(setPredictorStage).toEqual({ predictor: { stage: 'RETIRED' } })
    expect(await app.data('{ predictor(id: "stages") { id } }')).toEqual({ predictor: null })
    expect(await app.data('mutation { setPredictorStage(id: "stages;3", stage: ACTIVE) { __typename ... on NotFound { code id } } }')).toMatchObject({ setPredictorStage: { __typename: 'NotFound', code: 'NOT_FOUND' } })
  })

  it('are refused with the path of everything that is wrong', async () => {
    const refused = await registerPredictor(app, { name: 'levels', runtime: 'ONNX', artifact, card: { ...card, outputs: [{ name: 'later', tensor: 'scores', telemetry: 'levl' }] } })
    expect(refused).toMatchObject({ __typename: 'Invalid', problems: [
      { code: 'UNKNOWN_TELEMETRY', path: ['input', 'card', 'outputs', '0', 'telemetry'], message: 'dtmi:cat:Tank;1 has no telemetry "levl". Did you mean level?' },
      { code: 'UNKNOWN_TENSOR', path: ['input', 'card', 'outputs', '0', 'tensor'] },
    ] })
  })

  it('know how far what they are told has drifted from what they were trained on', async () => {
    const predictor = await activePredictor(app, { name: 'drifting', runtime: 'ONNX', artifact, card: { ...card, licence: 'ISC' } })
    // ten days as in training, and ten with the tanks half a metre fuller
    const readings = Array.from({ length: 480 }, (_, n) => ['t1', 't2'].map((twin, of) => ({ twin, at: hour(n), values: { level: ((2 * n + of) * Math.SQRT2) % 1 + (n >= 240 ? 0.5 : 0) } }))).flat()
    const { status } = await app.post('/ingest', JSON.stringify(readings), { 'content-type': 'application/json' })
    expect(status).toBe(200)
    const id = await startedInference(app, { predictor, twins: ['t1', 't2'], range: { from: hour(0), to: hour(480), every: 'PT1H' }, knowledge: 'MEASURED' })
    expect(await ended(app, id)).toMatchObject({ state: 'SUCCEEDED' })
    const { predictor: shown } = await app.data(`query ($id: ID!) { predictor(id: $id) { drift { feature at numbers psi ks pValue pageHinkley }
      driftSeries(feature: "level", measure: PSI) { readings { edges { node { at value source } } } } } }`, { id: predictor })
    expect(shown['drift']).toMatchObject([{ feature: 'level', at: '2026-03-20T23:00:00.000Z', numbers: 240 }])
    const [{ psi, ks, pValue, pageHinkley }] = shown['drift'] as [Readonly<Record<string, number>>]
    expect(psi).toBeGreaterThan(0.5)
    expect(ks).toBeCloseTo(0.5, 1)
    expect(pValue).toBeLessThan(1e-6)
    expect(pageHinkley).toBeGreaterThan(100)
    const edges = shown['driftSeries'].readings.edges as readonly { readonly node: { readonly at: string; readonly value: number; readonly source: string } }[]
    expect(edges[0]?.node).toMatchObject({ at: '2026-03-05T23:00:00.000Z', source: 'DERIVED' })
    expect(edges.filter(({ node: { at } }) => at < hour(240)).every(({ node: { value } }) => value < 0.1)).toBe(true)
    expect(edges).toHaveLength(16)
    await expectSkill(id, readings)
  })

  /** It predicts that a level stays as it is for an hour, from two centimetres less to three more. */
  const expectSkill = async (run: string, readings: readonly { readonly twin: string; readonly values: { readonly level: number } }[]): Promise<void> => {
    const errors = ['t1', 't2'].map((twin) => {
      const levels = readings.filter((reading) => reading.twin === twin).map(({ values }) => values.level)
      return levels.slice(1).map((level, index) => (levels[index] ?? NaN) - level)
    })
    const { evaluatePredictions: skill } = await app.data('query ($run: ID!) { evaluatePredictions(run: $run) { series { name unit predicted count mae bias coverage level width } twins { twin name predicted count rmse } } }', { run })
    const all = errors.flat()
    const mean = (of: (error: number) => number): unknown => expect.closeTo(all.reduce((sum, error) => sum + of(error) / all.length, 0), 4)
    expect(skill).toMatchObject({
      series: [{ name: 'level', unit: 'metre', predicted: 960, count: 958, mae: mean(Math.abs), bias: mean((error) => error), coverage: mean((error) => (error <= 0.02 && error >= -0.03 ? 1 : 0)), level: 0.9, width: expect.closeTo(0.05, 6) as number }],
      twins: ['t1', 't2'].map((twin, of) => ({ twin, predicted: 480, count: 479, rmse: expect.closeTo(Math.sqrt((errors[of] ?? []).reduce((sum, error) => sum + error ** 2 / 479, 0)), 4) as number })),
    })
    const { errors: refused } = await app.ask('{ evaluatePredictions(run: "none") { series { name } } }')
    expect(refused?.[0]).toMatchObject({ message: 'There is no run "none".', extensions: { code: 'BAD_USER_INPUT' } })
  }
})
