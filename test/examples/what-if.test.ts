import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { breathe } from './breathe-morning.ts'

interface Example {
  readonly query: string
  /** What the page shows; undefined: nothing. */
  readonly shown: Data | undefined
}

const page = readFileSync(new URL('../../docs/time-and-what-if.md', import.meta.url), 'utf8')
const examples: readonly Example[] = [...page.matchAll(/```graphql\n([^]*?)```\n(?:```json\n([^]*?)```)?/g)].map(([, query = '', shown]) => ({ query, shown: shown === undefined ? undefined : JSON.parse(shown) as Data }))

const hourMs = 3_600_000
/** The page writes `…` for what differs at every start. */
const matching = (shown: unknown): unknown => JSON.parse(JSON.stringify(shown), (_key, value: unknown) => (value === '…' ? expect.any(String) as unknown : value))
/** An instant behind everything that was answered, and before everything that is sent next. */
async function between(): Promise<string> {
  const answered = Date.now()
  await vi.waitFor(() => { expect(Date.now()).toBeGreaterThan(answered + 1) }, { timeout: 5_000, interval: 1 })
  return new Date(answered + 1).toISOString()
}
const cursorIn = (answer: Data | undefined): string | undefined => /"cursor":"([^"]+)"/.exec(JSON.stringify(answer ?? null))?.[1]

let app: TestApp
beforeAll(async () => {
  app = await openTestApp({ demo: true })
  await breathe(app, 4)
})
afterAll(() => app[Symbol.asyncDispose]())

test('every example of the page about time and what-if, one after the other, gives the answer that the page shows', async () => {
  expect(examples.filter(({ shown }) => shown).length).toBeGreaterThan(10)
  const instants: string[] = []
  let answer: Data | undefined
  for (const { query, shown } of examples) {
    instants.push(await between())
    const now = instants.at(-1)
    const given = { monday: new Date(Date.now() - 60 * hourMs).toISOString(), now, between: instants.at(-2), cursor: cursorIn(answer) }
    answer = await app.data(query, Object.fromEntries(Object.entries(given).filter(([name]) => query.includes(`$${name}`))))
    if (shown) expect(answer).toEqual(matching(shown))
    else expect(JSON.stringify(answer)).not.toContain('{}') // an answer of another type than the one that is asked for is empty
  }
}, 180_000)
