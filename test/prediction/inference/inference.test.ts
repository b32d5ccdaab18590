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
  features: [{ name: 'flow', from: 'flow', unit: 'litrePerSecond' }, { name: 'power', from: 'power', window: 'PT2H', aggregate: 'MEAN' }],
  inputs: [{ tensor: 'x', type: 'FP32', features: ['flow', 'power'] }],
  outputs: [{ name: 'score', tensor: 'score', interval: { level: 0.9, lower: -2, upper: 3 } }, { name: 'parts', tensor: 'parts', role: 'CONTRIBUTIONS', of: 'score' }],
  metrics: { rmse: 0.5 },
}
/** flow + 10 · mean power of two hours + 1. */
const weights = [1, 10]

interface Reading { readonly at: string; readonly value: number; readonly source: string; readonly run: string; readonly interval: unknown }

describe('an inference', () => {
  let app: TestApp
  let artifact: string
  let predictor: string
  const ingest = async (rows: readonly object[]): Promise<void> => {
    const { status, body } = await app.post('/ingest', JSON.stringify(rows), { 'content-type': 'application/json' })
    if (status !== 200 || (body['quarantined'] as readonly unknown[]).length > 0) throw new Error(JSON.stringify(body))
  }
  beforeAll(async () => {
    app = await openTestApp()
    await app.data('mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: [pump] })
    await app.data(`mutation { createTwins(twins: [
      { id: "p1", model: "dtmi:score:Pump;1", properties: { speed: 10 } }, { id: "p2", model: "dtmi:score:Pump;1", properties: { speed: 20 }, relationships: [] }, { id: "p3", model: "dtmi:score:Pump;1", properties: { speed: 30 } }, { id: "bare", model: "dtmi:score:Pump;1" }
    ]) { __typename } }`)
    await ingest([0, 1, 2, 3].flatMap((n) => ['p1', 'p2'].map((twin) => ({ twin, at: hour(n), values: { flow: 10 * n + (twin === 'p1' ? 1 : 2), power: n + 0.5 } }))))
    artifact = await putArtifact(app, linearModel(weights, 1))
    predictor = await activePredictor(app, { name: 'strain', runtime: 'ONNX', artifact, card })
  }, 120_000)
  afterAll(async () => { await app[Symbol.asyncDispose]() })

  const readings = `readings { edges { node { at value source run interval { lower upper level } } } }`
  const valuesOf = (series: { readonly readings: { readonly edges: readonly { readonly node: Reading }[] } }): readonly Reading[] => series.readings.edges.map(({ node }) => node)
  const scores = async (run: string, twin: string, name = 'score@strain'): Promise<readonly Reading[]> =>
    valuesOf((await app.data(`query ($run: ID!, $twin: ID!, $name: String!) { run(id: $run) { series(twin: $twin, name: $name) { ... on FloatSeries { ${readings} } } } }`, { run, twin, name }))['run'].series)
  const published = async (twin: string): Promise<readonly Reading[]> =>
    valuesOf((await app.data(`query ($twin: ID!) { twin(id: $twin) { _series(name: "score@strain") { ... on FloatSeries { readings(source: PREDICTED, to: "2100-01-01T00:00:00Z") { edges { node { at value source run interval { lower upper level } } } } } } } }`, { twin }))['twin']._series)

  it('of a range is a run, whose results are series of the twins with their interval and what made them', async () => {
    const id = await startedInference(app, { predictor: 'strain', twins: ['p1', 'p2'], range: { from: hour(1), to: hour(4), every: 'PT1H' }, knowledge: 'MEASURED' })
    const run = await ended(app, id)
    expect(run).toMatchObject({ state: 'SUCCEEDED', failure: null, resultHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string, kpis: { rows: 6, predicted: 6, missing: 0 } })
    // power is n + 0.5 at hour n: its mean over the two hours up to hour n is n
    expect((await scores(id, 'p1')).map(({ value }) => value)).toEqual([11 + 10 + 1, 21 + 20 + 1, 31 + 30 + 1])
    expect((await scores(id, 'p2')).at(-1)).toEqual({ at: hour(3), value: 63, source: 'PREDICTED', run: id, interval: { lower: 61, upper: 66, level: 0.9 } })
    expect((await scores(id, 'p1', 'flow~score@strain')).map(({ value }) => value)).toEqual([11, 21, 31])
    expect((await scores(id, 'p1', 'power~score@strain')).map(({ value }) => value)).toEqual([10, 20, 30])
  })

  it('of an ACTIVE predictor is published: what it said last can be read over time, whichever run it came from', async () => {
    const [one, other] = [[1, 3], [3, 4]].map(([from = 0, to = 0]) => ({ from: hour(from), to: hour(to), every: 'PT1H' }))
    const first = await startedInference(app, { predictor: 'strain', twins: ['p2'], range: one, knowledge: 'MEASURED', force: true })
    await ended(app, first)
    const second = await startedInference(app, { predictor: 'strain', twins: ['p2'], range: other, knowledge: 'MEASURED', force: true })
    await ended(app, second)
    expect((await published('p2')).map(({ at, run, interval }) => ({ at, run, interval }))).toEqual([
      { at: hour(1), run: first, interval: { lower: 21, upper: 26, level: 0.9 } }, { at: hour(2), run: first, interval: { lower: 41, upper: 46, level: 0.9 } }, { at: hour(3), run: second, interval: { lower: 61, upper: 66, level: 0.9 } },
    ])
  })

  it('reads what was known at each instant: readings that came later are not in it', async () => {
    const id = await startedInference(app, { predictor: 'strain', twins: ['p1'], range: { from: hour(1), to: hour(4), every: 'PT1H' } })
    expect(await ended(app, id)).toMatchObject({ state: 'FAILED', failure: { code: 'MISSING_FEATURE', message: expect.stringMatching(/feature (flow|power) of "p1" has no value/) as string } })
  })

  it('is answered by an equal one, comes to the same again, and is another one after something was measured', async () => {
    const asked = { predictor: 'strain', twins: ['p1'], range: { from: hour(1), to: hour(4), every: 'PT1H' }, knowledge: 'MEASURED', publish: false }
    const first = await startedInference(app, asked)
    const { resultHash } = await ended(app, first)
    expect(await startInference(app, asked)).toMatchObject({ isKnown: true, run: { id: first } })
    const { rerun } = await app.data('mutation ($id: ID!) { rerun(id: $id) { ... on RerunSuccess { run { id } } } }', { id: first })
    expect(await ended(app, rerun.run.id as string)).toMatchObject({ resultHash: resultHash as string })
    await ingest([{ twin: 'p1', at: hour(2), values: { flow: 99 } }])
    const later = await startInference(app, asked)
    expect(later).toMatchObject({ isKnown: false })
    await ended(app, (later['run'] as { readonly id: string }).id)
    await ingest([{ twin: 'p1', at: hour(2), values: { flow: 21 } }])
  })

  it('of now finds its twins by a filter, reads properties and what relationships reach, and says which feature was missing', async () => {
    await app.data('mutation { relate(relationships: [{ from: "p1", name: "feeds", to: "p2" }, { from: "p2", name: "feeds", to: "bare" }]) { __typename } }')
    await activePredictor(app, {
      name: 'neighbours', runtime: 'ONNX', artifact: await putArtifact(app, linearModel([1, 100], 0)), card: {
        ...card, features: [{ name: 'speed', from: 'speed' }, { name: 'fed', from: 'speed', over: [{ name: 'feeds', direction: 'OUT' }] }],
        inputs: [{ tensor: 'x', type: 'FP32', features: ['speed', 'fed'] }], outputs: [{ name: 'sum', tensor: 'score' }],
      },
    })
    const id = await startedInference(app, { predictor: 'neighbours', model: 'Pump', where: { speed: { lt: 30 } } })
    expect(await ended(app, id)).toMatchObject({ state: 'SUCCEEDED', kpis: { rows: 2, predicted: 1, missing: 1 }, problems: [{ code: 'MISSING_FEATURE', twin: 'p2', message: expect.stringContaining('fed') as string, count: 1 }] })
    expect((await scores(id, 'p1', 'sum@neighbours')).map(({ value }) => value)).toEqual([10 + 100 * 20])
    const { run } = await app.data('query ($id: ID!) { run(id: $id) { kind engine predictor twins { edges { node { twin isRead isWritten } } } } }', { id })
    expect(run).toMatchObject({ kind: 'INFERENCE', engine: 'onnx', predictor: 'neighbours;1', twins: { edges: [{ node: { twin: 'bare', isWritten: false } }, { node: { twin: 'p1', isWritten: true } }, { node: { twin: 'p2' } }] } })
  })

  it('in a scenario sees what the scenario says, and is not published', async () => {
    await app.data('mutation { createScenario(name: "fast") { __typename } updateTwin(id: "p1", patch: { speed: 1000 }, scenario: "fast") { __typename } }')
    const id = await startedInference(app, { predictor: 'neighbours', twins: ['p1'], scenario: 'fast' })
    await ended(app, id)
    expect((await scores(id, 'p1', 'sum@neighbours')).map(({ value }) => value)).toEqual([1000 + 100 * 20])
    const { twin } = await app.data('{ twin(id: "p1") { _series(name: "sum@neighbours") { ... on FloatSeries { readings(source: PREDICTED, to: "2100-01-01T00:00:00Z") { edges { node { value } } } } } } }')
    expect(twin._series.readings.edges.map(({ node }: { readonly node: { readonly value: number } }) => node.value)).not.toContain(3000)
  })

  it('at once is the same without a run', async () => {
    const { predict } = await app.data(`{ predict(predictor: "strain", twins: ["p1"], at: "${hour(3)}", knowledge: MEASURED) { predictor twin at problem values { output series at value unit interval { lower upper level } contributions { feature twin name value } } } }`)
    expect(predict).toEqual([{ predictor, twin: 'p1', at: hour(3), problem: null, values: [{
      output: 'score', series: 'score@strain', at: hour(3), value: 62, unit: null, interval: { lower: 60, upper: 65, level: 0.9 },
      contributions: [{ feature: 'flow', twin: 'p1', name: 'flow', value: 31 }, { feature: 'power', twin: 'p1', name: 'power', value: 30 }],
    }] }])
    const { predict: rows } = await app.data('{ predict(predictor: "strain", rows: [[1, 2], [3, 4]]) { twin at values { value } } }')
    expect(rows).toEqual([{ twin: null, at: null, values: [{ value: 22 }] }, { twin: null, at: null, values: [{ value: 44 }] }])
    expect((await app.data(`{ predict(predictor: "strain", twins: ["p3"]) { problem values { value } } }`))['predict']).toEqual([{ problem: expect.stringContaining('flow, power') as string, values: [] }])
  })

  it('has its rows as a table, page by page', async () => {
    const table = async (first: number, after: string | null): Promise<{ readonly columns: readonly string[]; readonly rows: readonly unknown[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string } }> =>
      (await app.data(`query ($first: Int, $after: String) { featureTable(predictor: "strain", twins: ["p1", "p2", "p3"], range: { from: "${hour(1)}", to: "${hour(4)}", every: "PT1H" }, knowledge: MEASURED, first: $first, after: $after) { columns rows { twin at values } pageInfo { hasNextPage endCursor } } }`, { first, after }))['featureTable'] as never
    const whole = await table(100, null)
    expect(whole.columns).toEqual(['flow', 'power'])
    expect(whole.rows).toHaveLength(9)
    expect(whole.rows[4]).toEqual({ twin: 'p2', at: hour(2), values: [22, 2] })
    expect(whole.rows[8]).toEqual({ twin: 'p3', at: hour(3), values: [null, null] })
    for (const size of [1, 2, 4, 5, 7]) {
      const rows: unknown[] = []
      for (let [after, more]: [string | null, boolean] = [null, true]; more;) {
        const page = await table(size, after)
        rows.push(...page.rows)
        ;[after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage]
      }
      expect(rows).toEqual(whole.rows)
    }
  })

  it('is refused with everything that is wrong', async () => {
    expect(await startInference(app, { predictor: 'strainn', twins: ['p1'] })).toMatchObject({ __typename: 'NotFound' })
    expect(await startInference(app, { predictor, twins: ['p1', 'nobody'] })).toMatchObject({ __typename: 'Invalid', problems: [{ code: 'UNKNOWN_TWIN', twin: 'nobody', path: ['input', 'twins', '1'] }] })
    expect(await startInference(app, { predictor, model: 'Pump', where: { speedy: { lte: 30 } } })).toMatchObject({ __typename: 'Invalid', problems: [{ code: 'INVALID_INPUT', path: ['input', 'where'], message: expect.stringContaining('speedy') as string }] })
    expect(await startInference(app, { predictor, twins: ['p1'], at: hour(1), range: { from: hour(2), to: hour(1), every: 'PT1H' }, priority: 1000 })).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ path: ['input', 'at'] }), expect.objectContaining({ path: ['input', 'range', 'to'] }), expect.objectContaining({ path: ['input', 'priority'] })]) as unknown,
    })
    expect(await registerPredictor(app, { name: 'x', runtime: 'ONNX', artifact, card: { ...card, inputs: [{ tensor: 'y', type: 'FP32', features: ['flow'] }] } })).toMatchObject({ __typename: 'Invalid' })
  })
})
