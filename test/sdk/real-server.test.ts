import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createTwinfoldClient } from '../../sdk/src/index.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'

const models = [
  { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:town:Zone;1', '@type': 'Interface', contents: [{ '@type': 'Property', name: 'name', schema: 'string' }] },
  {
    '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:town:Pump;1', '@type': 'Interface', contents: [
      { '@type': 'Property', name: 'status', schema: 'string' }, { '@type': 'Relationship', name: 'partOf', target: 'dtmi:town:Zone;1' },
    ],
  },
]
const live = `subscription ($zone: String!, $after: Cursor) {
  pumpsLive(where: { status: { eq: "DOWN" }, partOf: { some: { name: { eq: $zone } } } }, after: $after, atMostEvery: "PT0.02S") { kind cursor id changed node { _id status partOf { name } } }
}`
const feed = 'subscription ($after: Cursor) { changes(after: $after) { __typename ... on Change { cursor kind twinId } ... on CaughtUp { cursor } ... on Gap { from to } } }'
interface Pumps { readonly pumpsLive: { readonly node: { readonly _id: string; readonly status: string } | null } }
type Event = { readonly __typename: string; readonly cursor: string; readonly kind?: string; readonly twinId?: string }

/** Two zones and three pumps, at an address that stays over a restart. */
async function openTown(): Promise<TestApp> {
  const town = await openTestApp({ port: await freePort() })
  onTestFinished(() => town[Symbol.asyncDispose]())
  await town.data('mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: models })
  const pumps = ['p1', 'p2', 'p3'].map((id) => ({ id, model: 'dtmi:town:Pump;1', properties: { status: 'OK' }, relationships: [{ name: 'partOf', to: 'north', id: 'z' }] }))
  const zones = [['north', 'North'], ['south', 'South']].map(([id, name]) => ({ id, model: 'dtmi:town:Zone;1', properties: { name } }))
  expect(await town.data('mutation ($twins: [TwinInput!]!) { createTwins(twins: $twins) { __typename } }', { twins: [...zones, ...pumps] })).toEqual({ createTwins: { __typename: 'CreateTwinsSuccess' } })
  return town
}

const setStatus = (town: TestApp, id: string, status: string) => town.data('mutation ($id: ID!, $patch: JSON!) { updateTwin(id: $id, patch: $patch) { ... on UpdateTwinSuccess { cursor } } }', { id, patch: { status } })
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 })

describe.each(['websocket', 'sse'] as const)('over %s', (transport) => {
  test('a live query and a feed go on over a restart of the server as if there had been none', async () => {
    const town = await openTown()
    await using client = createTwinfoldClient({ url: `${town.url}/graphql`, transport, backoff: { maxMs: 200 } })
    const pumps = client.live<Pumps>(live, { zone: 'North' })
    const answers = new Set<string>()
    pumps.subscribe(() => answers.add([...pumps.nodes.keys()].sort().join()))
    await setStatus(town, 'p1', 'DOWN')
    const { updateTwin } = await setStatus(town, 'p2', 'DOWN')
    await pumps.caughtUp()
    await until(() => { expect([...pumps.nodes.keys()].sort()).toEqual(['p1', 'p2']) })
    const events = client.feed<{ changes: Event }>(feed, { after: (updateTwin as { cursor: string }).cursor })
    expect((await events.next()).value).toMatchObject({ __typename: 'CaughtUp' })

    answers.clear()
    await town.restart()
    for (const [id, status] of [['p3', 'DOWN'], ['p1', 'OK'], ['p3', 'OK'], ['p3', 'DOWN']] as const) await setStatus(town, id, status)
    await until(() => { expect([...pumps.nodes.keys()].sort()).toEqual(['p2', 'p3']) })
    expect(answers).not.toContain('')
    const changed: (string | undefined)[] = []
    while (changed.length < 4) {
      const { value } = await events.next()
      if (value?.__typename === 'Change') changed.push(value.twinId)
    }
    expect(changed).toEqual(['p3', 'p1', 'p3', 'p3'])
  })

  test('what the server refuses comes with its code', async () => {
    const town = await openTown()
    await using client = createTwinfoldClient({ url: `${town.url}/graphql`, transport })
    await expect(client.live('subscription { pumpsLive(where: { nothing: 1 }) { kind cursor id node { _id } } }').caughtUp()).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED', isRetryable: false })
    await expect(client.feed(feed, { after: 'never made' }).next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
  })
})

test('queries and mutations give data, problems of fields beside it, and errors with codes', async () => {
  const town = await openTown()
  await using client = createTwinfoldClient({ url: `${town.url}/graphql` })
  const { data, problems } = await client.query('query ($id: ID!) { pump(id: $id) { _id status } }', { id: 'p1' })
  expect([data, problems]).toEqual([{ pump: { _id: 'p1', status: 'OK' } }, []])
  expect((await client.mutate('mutation { updateTwin(id: "nobody", patch: { status: "OK" }) { __typename ... on Problem { code } } }')).data).toEqual({ updateTwin: { __typename: 'NotFound', code: 'NOT_FOUND' } })
  await expect(client.query('{ nothing }')).rejects.toMatchObject({ name: 'TwinfoldError', code: 'GRAPHQL_VALIDATION_FAILED', requestId: expect.any(String) as string })
  await expect(createTwinfoldClient({ url: 'http://127.0.0.1:9/graphql' }).query('{ __typename }')).rejects.toMatchObject({ code: 'NETWORK', isRetryable: true })
  await expect(createTwinfoldClient({ url: `${town.url}/livez` }).query('{ __typename }')).rejects.toMatchObject({ isRetryable: false })
  const stop = new AbortController()
  const asked = client.query('{ __typename }', {}, { signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(asked).rejects.toThrow('enough')
})
