import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../support/app.ts'
import { breathe } from './breathe-morning.ts'
import { examplesOf, readPage, runExamples } from './page-examples.ts'

const page = readPage('simulation.md')
const file = /```inp\n([^]*?)```/.exec(page)?.[1] ?? ''

let app: TestApp
beforeAll(async () => {
  app = await openTestApp({ demo: true })
  await breathe(app, 4)
}, 120_000)
afterAll(() => app[Symbol.asyncDispose]())

test('every example of the page about simulation, one after the other, gives the answer that the page shows', async () => {
  const examples = examplesOf(page)
  expect(examples.filter(({ shown }) => shown).length).toBeGreaterThan(12)
  const model = createHash('sha256').update(file).digest('hex')
  expect((await fetch(`${app.url}/artifacts/${model}`, { method: 'PUT', body: file })).status).toBe(201)
  await runExamples(app, examples, { given: { parameters: { model, names: { 'reservoir-1': 'LAKE', 'main-1': 'P1', 'centre-a1': 'HYDR' } } } })
}, 240_000)
