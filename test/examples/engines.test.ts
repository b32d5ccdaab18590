import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hasPython } from '../simulation/external/support.ts'
import { openTestApp } from '../support/app.ts'
import { breathe } from './breathe-morning.ts'
import { examplesOf, readPage, runExamples } from './page-examples.ts'

test.skipIf(!hasPython)('the engine in Python that the page about engines walks through gives the answer that the page shows', async () => {
  const enginesFile = fileURLToPath(new URL('../../examples/python-engine/engines.json', import.meta.url))
  await using app = await openTestApp({ demo: true, enginesFile, environment: { PATH: process.env['PATH'] } })
  await breathe(app, 4)
  const examples = examplesOf(readPage('engines.md'))
  expect(examples.filter(({ shown }) => shown)).toHaveLength(1)
  await runExamples(app, examples)
}, 240_000)
