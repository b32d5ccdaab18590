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

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const blocks = (language: string): readonly string[] => [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, block]) => block ?? '')

let app: TestApp
beforeAll(async () => { app = await openTestApp({ demo: true }) })
afterAll(() => app[Symbol.asyncDispose]())

test('the first query of the README gives the answer that the README shows', async () => {
  expect(await app.ask(blocks('graphql')[0] ?? '')).toEqual(JSON.parse(blocks('json')[0] ?? ''))
})

test('so does the second, over what the town has sent from four to ten', async () => {
  const network = toNetwork(twins())
  const breath = { town: createTown(network, createChance(1)), instruments: toInstruments(twins(), network), sender: createHttpSender(app.url, AbortSignal.timeout(60_000), () => undefined), every: minute, faults: true }
  await backfill(breath, toLines(breath), { from: Date.UTC(2026, 0, 12, 4), to: Date.UTC(2026, 0, 12, 10) }, () => undefined)
  await app.app.services.telemetry.projected()
  expect(await app.ask(blocks('graphql')[1] ?? '')).toEqual(JSON.parse(blocks('json')[1] ?? ''))
})
