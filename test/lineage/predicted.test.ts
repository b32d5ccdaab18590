import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { activePredictor, linearModel, putArtifact, startedInference } from '../support/predictors.ts'
import { changeRun, ended } from '../support/runs.ts'
import { openAlertFeed } from '../alert/alert-feed.ts'
import { limits, whyAlert, whyIs } from './why.ts'

vi.setConfig({ testTimeout: 240_000 })

const pump = {
  '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'], '@id': 'dtmi:why:Pump;1', '@type': 'Interface', contents: [
    { '@type': ['Telemetry', 'VolumeFlowRate'], name: 'flow', schema: 'double', unit: 'litrePerSecond' },
    { '@type': ['Telemetry', 'Power'], name: 'power', schema: 'double', unit: 'kilowatt' },
    { '@type': 'Property', name: 'speed', schema: 'double', writable: true },
    { '@type': 'Relationship', name: 'feeds', target: 'dtmi:why:Pump;1' },
  ],
}
const card = {
  description: 'How much a pump takes beside what it gives.', licence: 'Apache-2.0', model: 'dtmi:why:Pump;1', metrics: { rmse: 0.5 },
  training: { from: '2025-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
  features: [{ name: 'flow', from: 'flow', unit: 'litrePerSecond' }, { name: 'power', from: 'power', window: 'PT2H', aggregate: 'MEAN' }, { name: 'speed', from: 'speed' }],
  inputs: [{ tensor: 'x', type: 'FP32', features: ['flow', 'power', 'speed'] }],
  outputs: [{ name: 'score', tensor: 'score' }],
}
const hub = {
  ...card, features: [{ name: 'all', from: 'flow', over: [{ name: 'feeds' }], across: 'SUM' }], inputs: [{ tensor: 'x', type: 'FP32', features: ['all'] }],
}
/** More than are told one by one. */
const fed = 1_500

let app: TestApp
let artifact: string
let predictor: string
let run: string
let now: number
const minutesAgo = (minutes: number): string => new Date(now - minutes * 60_000).toISOString()

beforeAll(async () => {
  app = await openTestApp({ limits })
  now = Date.now()
  await app.data('mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: [pump] })
  await app.data('mutation ($twins: [TwinInput!]!) { createTwins(twins: $twins) { __typename } }', { twins: ['p1', 'p2'].map((id) => ({ id, model: 'dtmi:why:Pump;1', properties: { speed: 10 } })) })
  const readings = [100, 60, 30].flatMap((minutes, index) => ['p1', 'p2'].map((twin) => ({ twin, at: minutesAgo(minutes), values: { flow: minutes, power: index + 1 }, origin: `logger of ${twin}` })))
  await app.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { __typename } }', { r: readings })
  artifact = await putArtifact(app, linearModel([1, 10, 0.5], 1))
  predictor = await activePredictor(app, { name: 'strain', runtime: 'ONNX', artifact, card })
  run = await startedInference(app, { predictor: 'strain', twins: ['p1', 'p2'] })
  expect(await ended(app, run)).toMatchObject({ state: 'SUCCEEDED' })
}, 240_000)
afterAll(() => app[Symbol.asyncDispose]())

describe('A prediction', () => {
  it('is explained by its run and predictor, and by the features of its very twin and instant', async () => {
    const why = await whyIs(app, `twin: "p1", series: "score@strain", run: "${run}", depth: 6`)
    expect(why.value).toMatchObject({ twin: 'p1', series: 'score@strain', value: 56, source: 'PREDICTED', run }) // 30 + 10 · 2 + 0.5 · 10 + 1
    const [made] = why.behind(why.all[0]?.id, 'MADE_BY')
    expect(made).toMatchObject({ runKind: 'INFERENCE', engine: 'onnx', detail: { id: run } })
    const [asked] = why.behind(made?.id, 'ASKED')
    expect(asked).toMatchObject({ predictorId: predictor, runtime: 'ONNX', model: artifact, registeredBy: 'local-administrator', licence: 'Apache-2.0', training: { from: '2025-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' } })
    expect(why.behind(asked?.id, 'MADE_FROM')).toMatchObject([{ sha256: artifact }])
    const features = why.behind(why.all[0]?.id, 'COMPUTED_WITH')
    expect(features).toMatchObject([{ feature: 'flow', twin: 'p1', values: [30], unit: 'litrePerSecond' }, { feature: 'power', values: [2], says: 'mean of power in PT2H' }, { feature: 'speed', values: [10], says: 'the property speed' }])
    expect(features.map(({ id }) => why.behind(String(id), 'READ'))).toMatchObject([
      [{ __typename: 'LineageReading', twin: 'p1', series: 'flow', value: 30 }], [{ __typename: 'LineageSeries', twin: 'p1', series: 'power', count: 3 }], [{ __typename: 'LineageProperty', twin: 'p1', value: 10 }],
    ])
    expect(why.of('Origin')).toContainEqual(expect.objectContaining({ name: 'logger of p1' }))
    expect(why.of('Setting')).toContainEqual(expect.objectContaining({ twin: 'p1', property: 'speed', cause: 'createTwins' }))
  })

  it('that was published is explained by the run that published it', async () => {
    const why = await whyIs(app, 'twin: "p1", series: "score@strain", depth: 6')
    expect(why.value).toMatchObject({ value: 56, source: 'PREDICTED', run })
    expect(why.behind(why.all[0]?.id, 'MADE_BY')).toMatchObject([{ runId: run }])
    expect(why.behind(why.all[0]?.id, 'COMPUTED_WITH')).toHaveLength(3)
  })

  it('that nobody made is refused, naming what there is', async () => {
    const refused = async (args: string): Promise<string> => (await app.ask(`{ whyIs(${args}) { summary } }`)).errors?.[0]?.message ?? ''
    expect(await refused('twin: "p1", series: "score@strian"')).toBe('There is no predictor "strian". Did you mean strain?')
    expect(await refused('twin: "p1", series: "socre@strain"')).toBe('No predictor has said anything of "socre@strain" of "p1" where you look. Did you mean score@strain?')
    expect(await refused('twin: "nobody", series: "score@strain"')).toContain('No predictor has said anything of "score@strain" of "nobody"')
    expect(await refused('twin: "p1", series: "flow~lower"')).toContain('No predictor has said anything of "flow~lower" of "p1"')
    expect(await refused('twin: "predictor:strian;1", series: "psi~flow"')).toContain('There is no predictor "strian;1". Did you mean strain?')
    expect(await refused(`twin: "predictor:${predictor}", series: "psi~flow"`)).toContain('its card has no reference samples')
  })

  it('is none where a device calls itself a run', async () => {
    await app.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { __typename } }', { r: [{ twin: 'p2', at: minutesAgo(1), values: { flow: 5 }, origin: `run:${run}` }] })
    const why = await whyIs(app, 'twin: "p2", series: "flow", depth: 2')
    expect([why.value.run, why.behind(why.all[0]?.id)]).toMatchObject([null, [{ __typename: 'LineageOrigin', name: `run:${run}` }]])
  })

  it('tells what was known then, whatever was measured and set since', async () => {
    const before = await whyIs(app, `twin: "p1", series: "score@strain", run: "${run}", depth: 6`)
    await app.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { __typename } updatePump(id: "p1", properties: { speed: 99 }) { __typename } }', { r: [{ twin: 'p1', at: minutesAgo(30), values: { flow: 1_000, power: 1_000 } }, { twin: 'p1', at: minutesAgo(10), values: { flow: 2_000 } }] })
    expect(await whyIs(app, `twin: "p1", series: "score@strain", run: "${run}", depth: 6`)).toMatchObject({ nodes: before['nodes'] as Data, edges: before['edges'] as Data, summary: before['summary'] as Data })
  })
})

describe('An alert', () => {
  /** The alert that a rule raises, after something was done. */
  const raised = async (when: Data, act?: () => Promise<unknown>): Promise<string> => {
    const { createRule } = await app.data('mutation ($rule: RuleInput!) { createRule(rule: $rule) { __typename ... on Problem { message } ... on CreateRuleSuccess { rule { id } } } }', { rule: { name: JSON.stringify(when).replaceAll(/\W+/g, ' ').slice(0, 60), when } })
    using feed = await openAlertFeed(app.app, { rules: [createRule.rule.id] })
    await act?.()
    const events = await feed.until((some) => some.length >= 1)
    return String(events[0]?.['id'])
  }
  const setSpeed = async (speed: number): Promise<unknown> => await app.data(`mutation { updatePump(id: "p2", properties: { speed: ${speed} }) { __typename } }`)

  it('leads to who sent the reading that it was raised on', async () => {
    const at = minutesAgo(0.5)
    const id = await raised({ threshold: { series: 'flow', twins: ['p2'], above: 500 } }, async () => await app.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { __typename } }', { r: [{ twin: 'p2', at, values: { flow: 700 }, origin: 'logger of p2' }] }))
    await app.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { __typename } }', { r: [{ twin: 'p2', at: minutesAgo(0.4), values: { flow: 1 } }] })
    const why = await whyAlert(app, id, 'depth: 2')
    expect([why?.value, why?.behind(why.all[0]?.id)]).toMatchObject([{ twin: 'p2', series: 'flow', value: 700, at }, [{ name: 'logger of p2' }]])
  })

  it('leads to the run, the predictor and the features where a prediction raised it', async () => {
    const why = await whyAlert(app, await raised({ threshold: { series: 'score@strain', source: 'PREDICTED', twins: ['p1'], above: 50 } }), 'depth: 3, first: 1000')
    expect([why?.value, why?.behind(why.all[0]?.id, 'MADE_BY'), why?.behind(why.all[0]?.id, 'COMPUTED_WITH')]).toMatchObject([{ series: 'score@strain', value: 56, run }, [{ runId: run }], [{ values: [30] }, { values: [2] }, { values: [10] }]])
  })

  it('leads to who set the property that it was raised on, whatever was set since', async () => {
    const id = await raised({ threshold: { model: 'Pump', property: 'speed', twins: ['p2'], above: 50 } }, async () => await setSpeed(77))
    await setSpeed(10)
    const why = await whyAlert(app, id)
    expect([why?.value, why?.behind(why.all[0]?.id)]).toMatchObject([{ twin: 'p2', property: 'speed', value: 77 }, [{ before: 10, after: 77, actor: 'local-administrator' }]])
  })

  it('has none where it is about no value', async () => {
    expect(await whyAlert(app, await raised({ live: { model: 'Pump', where: { speed: { eq: 88 } } } }, async () => await setSpeed(88)))).toBeNull()
  })
})

describe('A prediction of a stream', () => {
  it('is explained by what the graph was when it was made, of twins that came later as well', async () => {
    const stream = await startedInference(app, { predictor: 'strain', model: 'dtmi:why:Pump;1', stream: {}, publish: false })
    await ended(app, stream, ['RUNNING'])
    await app.data('mutation ($twins: [TwinInput!]!) { createTwins(twins: $twins) { __typename } }', { twins: [{ id: 'late', model: 'dtmi:why:Pump;1', properties: { speed: 4 } }] })
    const args = `twin: "late", series: "score@strain", run: "${stream}", depth: 4`
    const told = async (): Promise<readonly unknown[]> => {
      const why = await whyIs(app, args)
      return [why.value.value, why.behind(why.all[0]?.id, 'COMPUTED_WITH').map(({ values }) => values as unknown), why.of('Setting').find(({ property }) => property === 'speed')?.['after']]
    }
    const measure = async (flow: number): Promise<unknown> => await app.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { __typename } }', { r: [{ twin: 'late', at: new Date().toISOString(), values: { flow, power: 1 } }] })
    await measure(20)
    await expect.poll(async () => (await app.ask(`{ whyIs(${args}) { value { value } } }`)).data?.['whyIs'] as unknown, { timeout: 60_000 }).toEqual({ value: { value: 33 } }) // 20 + 10 · 1 + 0.5 · 4 + 1
    expect(await told()).toEqual([33, [[20], [1], [4]], 4])
    await app.data('mutation { updatePump(id: "late", properties: { speed: 6 }) { __typename } }')
    await expect.poll(async () => { await measure(30); return (await whyIs(app, args)).value.value as unknown }, { timeout: 60_000, interval: 1_000 }).toBe(44)
    expect(await told()).toEqual([44, [[30], [1], [6]], 6])
    await changeRun(app, 'cancelRun', stream)
    await ended(app, stream)
  })
})

describe('A prediction of thousands of series', () => {
  it('has them in one node, counted, and told in pages', async () => {
    const ids = Array.from({ length: fed }, (_, index) => `fed-${String(index).padStart(4, '0')}`)
    for (let start = 0; start < fed; start += 500) {
      const twins = ids.slice(start, start + 500).map((id) => ({ id, model: 'dtmi:why:Pump;1' }))
      await app.data('mutation ($twins: [TwinInput!]!) { createTwins(twins: $twins) { __typename } }', { twins })
    }
    await app.data('mutation ($twins: [TwinInput!]!) { createTwins(twins: $twins) { __typename } }', { twins: [{ id: 'hub', model: 'dtmi:why:Pump;1', relationships: ids.map((to) => ({ name: 'feeds', to })) }] })
    await app.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { __typename } }', { r: ids.map((twin) => ({ twin, at: minutesAgo(5), values: { flow: 1 } })) })
    await activePredictor(app, { name: 'sum', runtime: 'ONNX', artifact: await putArtifact(app, linearModel([1], 0)), card: hub })
    const id = await startedInference(app, { predictor: 'sum', twins: ['hub'] })
    expect(await ended(app, id)).toMatchObject({ state: 'SUCCEEDED' })
    const args = `twin: "hub", series: "score@sum", run: "${id}", depth: 10`
    const why = await whyIs(app, args)
    expect([why.value.value, why['nodes'].count < 20, why.truncated]).toEqual([fed, true, null])
    expect(why.of('Inputs').every(({ count, parts }) => count === fed && JSON.stringify(parts) === JSON.stringify([{ name: 'flow', count: fed }]))).toBe(true)
    const seen: string[] = []
    for (let after = ''; ;) {
      const { whyIs: { nodes } } = await app.data(`{ whyIs(${args}) { nodes { edges { node { ... on LineageInputs { id inputs(first: 200${after}) { edges { node { ... on LineageReading { twin value } } because { role } } pageInfo { hasNextPage endCursor } } } } } } } }`)
      const page = (nodes.edges as readonly Data[]).map(({ node }) => node as Data).find((node) => String(node['id']).includes('"all"'))?.['inputs'] as Data
      seen.push(...(page['edges'] as readonly Data[]).map(({ node }) => String((node as Data)['twin'])))
      if (!page['pageInfo'].hasNextPage) break
      after = `, after: "${page['pageInfo'].endCursor}"`
    }
    expect(seen).toEqual(ids)
  })
})
