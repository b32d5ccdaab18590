import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backfill, toLines } from '../../examples/water-town/breathe/breathe.ts'
import { createChance } from '../../examples/water-town/breathe/chance.ts'
import { toNetwork } from '../../examples/water-town/breathe/network.ts'
import { createTown, minute } from '../../examples/water-town/breathe/operation.ts'
import { toInstruments } from '../../examples/water-town/breathe/readings.ts'
import { createHttpSender } from '../../examples/water-town/breathe/sender.ts'
import { twins } from '../../examples/water-town/town.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { openLive, type TestDelta } from '../support/live.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const blocks = (language: string): readonly string[] => [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, block]) => block ?? '')

let app: TestApp
beforeAll(async () => { app = await openTestApp({ demo: true }) })
afterAll(() => app[Symbol.asyncDispose]())

test('the first query of the README gives the answer that the README shows', async () => {
  expect(await app.ask(blocks('graphql')[0] ?? '')).toEqual(JSON.parse(blocks('json')[0] ?? ''))
})

/** The town sends what its instruments read up to ten that morning, and at ten itself. */
async function breathe(to: TestApp, fromHour: number): Promise<void> {
  const network = toNetwork(twins())
  const breath = { town: createTown(network, createChance(1)), instruments: toInstruments(twins(), network), sender: createHttpSender(to.url, AbortSignal.timeout(60_000), () => undefined), every: minute, faults: true }
  await backfill(breath, toLines(breath), { from: Date.UTC(2026, 0, 12, fromHour), to: Date.UTC(2026, 0, 12, 10) }, () => undefined)
  await to.app.services.telemetry.projected()
}

test('so does the second, over what the town has sent from four to ten', async () => {
  await breathe(app, 4)
  expect(await app.ask(blocks('graphql')[1] ?? '')).toEqual(JSON.parse(blocks('json')[1] ?? ''))
})

test('so does the third, live: what has low pressure enters, and changes with its readings', async () => {
  await using town = await openTestApp({ demo: true })
  using live = await openLive(town.app, blocks('graphql')[2] ?? '')
  await live.caughtUp()
  await breathe(town, 9)
  const shown = (blocks('json')[2] ?? '').trim().split('\n').map((line) => JSON.parse(line) as TestDelta)
  expect(live.deltas[0]).toMatchObject(shown[0] ?? {})
  const answer = await town.data('{ junctions(within: { of: ["pump-3"], over: ["feeds"], maxDepth: 12 }, where: { pressure: { latest: { lt: 42 } } }, sort: [{ _id: ASC }]) { _id pressure { latest { value at } } } }')
  await expect.poll(() => { live.drain(); return [...live.nodes.values()].sort((a, b) => (String(a['_id']) < String(b['_id']) ? -1 : 1)) }).toEqual(answer['junctions'])
  const [entered] = live.deltas.filter(({ id }) => id === 'north-a3')
  expect(entered).toMatchObject({ kind: 'ENTER', changed: null })
  expect(Object.keys(entered?.node ?? {})).toEqual(Object.keys(shown[1]?.node ?? {}))
})
