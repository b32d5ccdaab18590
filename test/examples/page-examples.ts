import { readFileSync } from 'node:fs'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { expect } from 'vitest'
import type { Data, TestApp } from '../support/app.ts'
import { ended } from '../support/runs.ts'

export interface Example {
  readonly query: string
  /** What the page shows; undefined: nothing. */
  readonly shown: Data | undefined
}

export const readPage = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

export const examplesOf = (page: string): readonly Example[] =>
  [...page.matchAll(/```graphql\n([^]*?)```\n(?:```json\n([^]*?)```)?/g)].map(([, query = '', shown]) => ({ query, shown: shown === undefined ? undefined : JSON.parse(shown) as Data }))

export interface ExamplesRun {
  /** Variables of the examples, by name. */
  readonly given?: Readonly<Record<string, unknown>>
  /** What else happens behind an example. */
  readonly after?: (query: string) => Promise<void>
}

/**
 * Sends the examples of a page in order, and holds the answers to what it shows. A run that a mutation starts under a name is the variable of that name in those that
 * follow, which wait until it has ended, unless it is a stream, or is to be cancelled.
 */
export async function runExamples(app: TestApp, examples: readonly Example[], { given = {}, after }: ExamplesRun = {}): Promise<void> {
  const runs = new Map<string, string>()
  const streams = new Set<string>()
  for (const { query, shown } of examples) {
    const isUsed = ([name]: readonly [string, unknown]): boolean => new RegExp(`\\$${name}: [^\\s=]*!`).test(query) // one that must be given
    const used = [...runs].filter(isUsed)
    if (!query.includes('cancelRun')) for (const [name, id] of used) if (!streams.has(name)) await ended(app, id)
    const variables = { ...Object.fromEntries(Object.entries(given).filter(isUsed)), ...Object.fromEntries(used) }
    const answer = query.startsWith('subscription') ? await followed(app, query, variables) : await app.data(query, variables)
    if (shown) expectShown(answer, shown, query.split('\n', 1)[0] ?? '')
    else expect(JSON.stringify(answer)).not.toContain('{}') // an answer of another type than the one that is asked for is empty
    for (const [name, field] of query.startsWith('mutation') ? Object.entries(answer ?? {}) as readonly (readonly [string, Data])[] : []) {
      if (field['run']?.id !== undefined) runs.set(name, String(field['run'].id))
      if (field['run']?.kind === 'STREAM') streams.add(name)
    }
    await after?.(query)
  }
}

/** The page writes `…` for what differs or is left out: a value, further items of a list, further members. Numbers have two digits after the point. */
function expectShown(actual: unknown, shown: unknown, at: string): void {
  if (shown === '…') expect.soft(actual, at).toBeTypeOf('string')
  else if (typeof shown === 'number') expect.soft(typeof actual === 'number' ? Math.round(actual * 100) / 100 + 0 : actual, at).toBe(shown)
  else if (Array.isArray(shown)) expectList(actual, shown, at)
  else if (typeof shown === 'object' && shown !== null) expectObject(actual, shown, at)
  else expect.soft(actual, at).toBe(shown)
}

function expectObject(actual: unknown, shown: object, at: string): void {
  const names = Object.keys(shown).filter((name) => name !== '…')
  expect(actual, at).toBeTypeOf('object')
  if (!('…' in shown)) expect(Object.keys(actual as object).sort(), at).toEqual(names.sort())
  for (const name of names) expectShown((actual as Data)[name], (shown as Data)[name], `${at}.${name}`)
}

/** Where items are left out, those shown are found by their names, or by their instants. */
function expectList(actual: unknown, shown: readonly unknown[], at: string): void {
  const items = shown.filter((item) => item !== '…')
  const all = actual as readonly unknown[]
  const found = shown.includes('…') ? items.map((item) => all.find((other) => nameOf(other) === nameOf(item))) : all
  expect(found, at).toHaveLength(items.length)
  for (const [index, item] of items.entries()) expectShown(found[index], item, `${at}[${index}]`)
}

const nameOf = (item: unknown): unknown => (typeof item === 'object' && item !== null ? (item as Data)['name'] ?? (item as Data)['at'] : item)

/** What is told last; of what does not end, as alerts do not, what is told first. */
async function followed(app: TestApp, query: string, variables: Record<string, unknown>): Promise<Data | undefined> {
  const client = createClient({ url: `${app.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: true, retryAttempts: 0 })
  try {
    let last: Data | undefined
    for await (const { data, errors } of client.iterate<Data>({ query, variables })) {
      expect(errors).toBeUndefined()
      last = (data?.['runProgressed'] ?? data?.['alertRaised']) as Data | undefined
      if (data?.['alertRaised'] !== undefined) break
    }
    return last
  } finally {
    await client.dispose()
  }
}
