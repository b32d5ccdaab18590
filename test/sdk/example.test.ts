import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { generate } from '@graphql-codegen/cli'
import { afterAll, beforeAll, expect, test } from 'vitest'
import codegen from '../../sdk/codegen.ts'
import { changesOfPumps, pumps, runningPumps, setPump } from '../../sdk/example/operations.ts'
import { createTwinfoldClient } from '../../sdk/src/index.ts'
import { openTestApp, type TestApp } from '../support/app.ts'

let town: TestApp
beforeAll(async () => { town = await openTestApp({ demo: true }) })
afterAll(() => town[Symbol.asyncDispose]())

test('the types of the example are those that its operations have by the schema of the demo', async () => {
  const { schemaSdl } = await town.data('{ schemaSdl }')
  const files = await generate({ ...codegen, schema: String(schemaSdl), silent: true }, false) as readonly { readonly filename: string; readonly content: string }[]
  expect(files.map(({ filename }) => basename(filename)).sort()).toEqual(['gql.ts', 'graphql.ts'])
  for (const { filename, content } of files) expect(await readFile(filename, 'utf8'), filename).toBe(content)
})

test('a pump that is stopped leaves the example\'s live query, and its feed tells why', async () => {
  await using client = createTwinfoldClient({ url: `${town.url}/graphql` })
  const live = client.live(runningPumps)
  const feed = client.feed(changesOfPumps)
  expect((await feed.next()).value).toMatchObject({ __typename: 'CaughtUp' })
  const { nodes } = await live.caughtUp()
  const running = (await client.query(pumps)).data.pumps.filter(({ status }) => status === 'RUNNING').map(({ _id }) => _id)
  expect([...nodes.keys()].sort()).toEqual(running)
  const [id = ''] = running
  expect((await client.mutate(setPump, { id, properties: { status: 'STOPPED' } })).data.updatePump).toMatchObject({ __typename: 'UpdateTwinSuccess' })
  for await (const delta of live) if (delta.kind === 'LEAVE' && delta.id === id) break
  expect(live.nodes.has(id)).toBe(false)
  expect((await feed.next()).value).toMatchObject({ __typename: 'Change', kind: 'TWIN_UPDATED', twinId: id, properties: [{ name: 'status', before: 'RUNNING', after: 'STOPPED' }] })
})
