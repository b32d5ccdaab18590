import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../examples/client.ts'
import { waterBalance, waterBalanceModel } from '../../examples/water-town/watch/water-balance.ts'
import { startReceiver, type Receiver } from '../alert/receiver.ts'
import { openTestApp, type Data, type TestApp } from '../support/app.ts'
import { activePredictor, startedInference } from '../support/predictors.ts'
import { breathe, hourOf } from './breathe-morning.ts'
import { type Example, examplesOf, readPage, runExamples } from './page-examples.ts'

const page = readPage('alerts.md')
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

let app: TestApp
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  app = await openTestApp({ demo: true, alertHosts: [receiver.host] })
  await breathe(app, 7, { until: 8 })
  const artifact = await connect(app.url).store(waterBalanceModel())
  await activePredictor(app, { ...waterBalance, artifact })
  await startedInference(app, { predictor: waterBalance.name, model: 'Junction', stream: {} })
}, 240_000)
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

test('every example of the page about alerts, one after the other, gives the answer that the page shows, and so does the one of the README', async () => {
  const given: Record<string, unknown> = { url: receiver.url }
  await runExamples(app, examplesOf(page), {
    given,
    async after(query) {
      if (query.includes('mutation Wrong')) {
        given['alert'] = await leak()
        await runExamples(app, readmeExample())
      }
      if (query.includes('subscription')) await delivered(2)
    },
  })
}, 240_000)

test('what a webhook gets is genuine by the function that the page shows, and nothing else is', async () => {
  const [, source = ''] = /```ts\n([^]*?)```/.exec(page) ?? []
  const [, secret = ''] = /secret: "(whsec_[^"]*)"/.exec(page) ?? []
  const file = new URL('./is-genuine.page.ts', import.meta.url)
  await writeFile(file, source)
  try {
    const { isGenuine } = await import(file.href) as { isGenuine(headers: Readonly<Record<string, unknown>>, body: string, secret: string): boolean }
    const [raised, acknowledged] = receiver.got
    if (!raised || !acknowledged) throw new Error('Nothing was sent.')
    expect([raised, acknowledged].map(({ headers, body }) => isGenuine(headers, body, secret))).toEqual([true, true])
    expect(isGenuine(raised.headers, acknowledged.body, secret)).toBe(false)
    expect(isGenuine({ ...raised.headers, 'webhook-timestamp': String(Number(raised.headers['webhook-timestamp']) - 301) }, raised.body, secret)).toBe(false)
    expect(JSON.parse(raised.body)).toMatchObject({ type: 'alert.raised', data: { rule: { id: 'leak' }, twin: 'north-b2', severity: 'CRITICAL' } })
  } finally {
    await rm(file)
  }
})

test('every example of the page about lineage gives the answer that the page shows', async () => {
  await runExamples(app, examplesOf(readPage('lineage.md')))
}, 240_000)

/** The README shows its answers with the response around them. */
function readmeExample(): readonly Example[] {
  const [, query = '', shown = ''] = /```graphql\n(\{\n {2}alerts[^]*?)```\n```json\n([^]*?)```/.exec(readme) ?? []
  return [{ query, shown: (JSON.parse(shown) as Data)['data'] as Data }]
}

/** The pipe breaks; the alert that is raised. */
async function leak(): Promise<string> {
  await breathe(app, 8, { until: 8.5, leaks: [{ at: 'north-b2', flow: 0.006, from: hourOf(8) }] })
  const found = async (): Promise<readonly Data[]> => (await app.data('{ alerts(where: { ruleId: { eq: "leak" } }) { id } }')).alerts as readonly Data[]
  await expect.poll(found, { timeout: 60_000 }).toHaveLength(1)
  return String((await found())[0]?.['id'])
}

/** So many messages are taken, and known to be. */
async function delivered(count: number): Promise<void> {
  const states = async (): Promise<unknown> => ((await app.data('{ alertDeliveries { state } }')).alertDeliveries as readonly Data[]).map((each) => each['state'] as unknown)
  await expect.poll(states, { timeout: 60_000 }).toEqual(Array.from({ length: count }, () => 'DELIVERED'))
}
