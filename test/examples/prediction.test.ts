import { afterAll, beforeAll, expect, test } from 'vitest'
import { waterBalanceModel } from '../../examples/water-town/watch/water-balance.ts'
import { openTestApp, type Data, type TestApp } from '../support/app.ts'
import { putArtifact } from '../support/predictors.ts'
import { breathe, hourOf } from './breathe-morning.ts'
import { examplesOf, readPage, runExamples } from './page-examples.ts'

const page = readPage('prediction.md')
/** A pipe breaks at eight. */
const leaks = [{ at: 'north-b2', flow: 0.006, from: hourOf(8) }]

let app: TestApp
beforeAll(async () => {
  app = await openTestApp({ demo: true })
  await breathe(app, 4, { until: 9.5, leaks })
}, 240_000)
afterAll(() => app[Symbol.asyncDispose]())

test('every example of the page about prediction, one after the other, gives the answer that the page shows', async () => {
  const examples = examplesOf(page)
  expect(examples.filter(({ shown }) => shown).length).toBeGreaterThan(12)
  const rows = await quietRows(examples[0]?.query ?? '')
  const sizes = rows.map(([inflow = NaN, outflow = NaN, demand = NaN]) => Math.abs(inflow - outflow - demand)).sort((one, other) => one - other)
  expect([rows.length, Number((sizes[Math.ceil(0.9 * (rows.length + 1)) - 1] ?? NaN).toFixed(3))]).toEqual([585, 0.023]) // what the page's interval is made of
  const given = { artifact: await putArtifact(app, waterBalanceModel()), reference: ['inflow', 'outflow', 'demand'].map((feature, column) => ({ feature, sample: sampleOf(rows, column) })) }
  await runExamples(app, examples, {
    given,
    async after(query) {
      if (query.includes('stream: {')) await sendTheRest()
    },
  })
}, 240_000)

test('a predictor is served as the page shows', async () => {
  const [, body = '', shown = ''] = /infer -d '(.*)'\n```\n```json\n([^]*?)```/.exec(page) ?? []
  const answer = await app.post('/v2/models/water-balance/infer', body)
  expect(answer).toMatchObject({ status: 200, body: JSON.parse(shown) as Data })
})

/** The first example's rows of hours in which nothing leaked: all of its pages. */
async function quietRows(query: string): Promise<readonly (readonly number[])[]> {
  const all = query.replace('first: 2', 'first: 1000')
  const { featureTable } = await app.data(all) as { readonly featureTable: { readonly rows: readonly { readonly values: readonly number[] }[]; readonly pageInfo: { readonly hasNextPage: boolean } } }
  expect(featureTable.pageInfo.hasNextPage).toBe(false)
  return featureTable.rows.map(({ values }) => values)
}

/** Every third number. */
const sampleOf = (rows: readonly (readonly number[])[], column: number): readonly number[] => rows.map((values) => values[column] ?? NaN).sort((one, other) => one - other).filter((_, index) => index % 3 === 1)

/** Up to ten, as the stream runs; until it has said what it has to say. */
async function sendTheRest(): Promise<void> {
  await breathe(app, 9.5, { leaks })
  const said = async (): Promise<unknown> => {
    const { junction } = await app.data('{ junction(id: "north-b2") { _series(name: "loss@water-balance") { ... on FloatSeries { latest(source: PREDICTED) { at value } } } } }')
    const { at, value } = junction._series.latest as { readonly at: string; readonly value: number }
    return { at, value: Math.round(100 * value) / 100 }
  }
  await expect.poll(said, { timeout: 60_000 }).toEqual({ at: '2026-01-12T09:59:00.000Z', value: 5.97 })
}
