import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { openLive, type TestDelta } from '../support/live.ts'
import { ended } from '../support/runs.ts'
import { breathe } from './breathe-morning.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const blocks = (language: string): readonly string[] => [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, block]) => block ?? '')
const toTwoDigits = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer), (_key, value: unknown) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value))

let app: TestApp
beforeAll(async () => { app = await openTestApp({ demo: true }) })
afterAll(() => app[Symbol.asyncDispose]())

test('the first query of the README gives the answer that the README shows', async () => {
  expect(await app.ask(blocks('graphql')[0] ?? '')).toEqual(JSON.parse(blocks('json')[0] ?? ''))
})

test('so does the second, asked of now, of before the pipe was replaced, and of a scenario', async () => {
  expect(JSON.stringify(await app.data(blocks('graphql')[1] ?? ''))).not.toContain('{}')
  const then = new Date(Date.now() - 60 * 3_600_000).toISOString()
  expect(await app.ask(blocks('graphql')[2] ?? '', { then })).toEqual(JSON.parse(blocks('json')[1] ?? ''))
})

test('so does the third, over what the town has sent from four to ten', async () => {
  await breathe(app, 4)
  expect(await app.ask(blocks('graphql')[3] ?? '')).toEqual(JSON.parse(blocks('json')[2] ?? ''))
})

test('so does the fourth, live: what has low pressure enters, and changes with its readings', async () => {
  await using town = await openTestApp({ demo: true })
  using live = await openLive(town.app, blocks('graphql')[4] ?? '')
  await live.caughtUp()
  await breathe(town, 9)
  const shown = (blocks('json')[3] ?? '').trim().split('\n').map((line) => JSON.parse(line) as TestDelta)
  expect(live.deltas[0]).toMatchObject(shown[0] ?? {})
  const answer = await town.data('{ junctions(within: { of: ["pump-3"], over: ["feeds"], maxDepth: 12 }, where: { pressure: { latest: { lt: 42 } } }, sort: [{ _id: ASC }]) { _id pressure { latest { value at } } } }')
  await expect.poll(() => { live.drain(); return [...live.nodes.values()].sort((a, b) => (String(a['_id']) < String(b['_id']) ? -1 : 1)) }, { timeout: 15_000 }).toEqual(answer['junctions'])
  const [entered] = live.deltas.filter(({ id }) => id === 'north-a3')
  expect(entered).toMatchObject({ kind: 'ENTER', changed: null })
  expect(Object.keys(entered?.node ?? {})).toEqual(Object.keys(shown[1]?.node ?? {}))
})

test('so does the one about a pump that fails at six, which is simulated with and without a scenario, and compared', async () => {
  expect(JSON.stringify(await app.data(blocks('graphql')[5] ?? ''))).not.toContain('{}')
  const started = await app.data(blocks('graphql')[6] ?? '')
  const runs = Object.fromEntries(Object.entries(started).map(([name, { run }]: [string, Data]) => [name, String(run.id)]))
  for (const run of Object.values(runs)) expect(await ended(app, run)).toMatchObject({ state: 'SUCCEEDED', problems: [] })
  const [answer, { data: shown }] = [await app.data(blocks('graphql')[7] ?? '', runs), JSON.parse(blocks('json')[4] ?? '') as { readonly data: Data }]
  const [compared, shownCompared] = [answer, shown].map((data) => (data['compareRuns'].candidates as readonly Data[])[0])
  const shownNames = new Set(shownCompared?.kpis.map(({ name }: Data) => name as string))
  expect(compared?.kpis).toHaveLength(10)
  expect(toTwoDigits({ ...compared, kpis: compared?.kpis.filter(({ name }: Data) => shownNames.has(name as string)) })).toEqual(shownCompared)
  expect(toTwoDigits(answer.tank)).toEqual(shown.tank)
})
