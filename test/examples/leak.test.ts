import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../examples/client.ts'
import { watchForLeaks, type Watch } from '../../examples/water-town/watch/watch.ts'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { breathe, hourOf } from './breathe-morning.ts'

const opens = hourOf(9)

describe('a leak that opens in the demo town', () => {
  let town: TestApp
  let watch: Watch
  const alerts = async (): Promise<readonly Data[]> => (await town.data(`{ alerts { id state severity twinId series message since openedAt affectedCount
    evidence { at value run { id } contributions { twinId series value } } } }`))['alerts'] as readonly Data[]
  beforeAll(async () => {
    town = await openTestApp({ demo: true })
    watch = await watchForLeaks(connect(town.url))
    expect(await watchForLeaks(connect(town.url))).toEqual(watch) // what is there is used
    await breathe(town, 8, { until: 9.5, leaks: [{ at: 'north-b2', flow: 0.006, from: opens }] })
  }, 240_000)
  afterAll(async () => { await town[Symbol.asyncDispose]() })

  it('raises one alert, of the junction at which water is lost, some minutes after it opened', async () => {
    await expect.poll(alerts, { timeout: 60_000 }).toEqual([expect.objectContaining({ twinId: 'north-b2', series: 'loss@water-balance', state: 'OPEN', severity: 'CRITICAL' })])
    const [alert] = await alerts()
    const since = Date.parse(alert?.['since'] as string)
    expect(since).toBeGreaterThanOrEqual(opens)
    expect(since).toBeLessThan(opens + 15 * 60_000)
    expect(alert?.['evidence']).toMatchObject({ run: { id: watch.run }, value: expect.any(Number) as number })
    expect(alert?.['affectedCount']).toBeGreaterThan(0)
  })

  it('is explained: the loss comes from the flows around the junction, each with who measured it', async () => {
    const [alert] = await alerts()
    const { twin } = await town.data('{ twin(id: "north-b2") { _series(name: "loss@water-balance") { ... on FloatSeries { unit latest(source: PREDICTED) { value } } } } }')
    expect(twin._series).toMatchObject({ unit: 'litrePerSecond', latest: { value: expect.any(Number) as number } })
    const { whyIs } = await town.data(`query ($at: DateTime!) { whyIs(twin: "north-b2", series: "loss@water-balance", source: PREDICTED, at: $at, depth: 4, first: 200) { value { value unit } summary nodes { edges { node { __typename } } } } }`, { at: (alert?.['evidence'] as Data)['at'] })
    expect(whyIs.value).toMatchObject({ value: (alert?.['evidence'] as Data)['value'] as number })
    const kinds = new Set((whyIs.nodes.edges as readonly { readonly node: { readonly __typename: string } }[]).map(({ node }) => node.__typename))
    for (const kind of ['LineageRun', 'LineagePredictor', 'LineageReading']) expect(kinds).toContain(kind)
    expect(whyIs.summary.join('\\n')).toContain(watch.predictor)
  })
})
