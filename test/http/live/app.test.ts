import { createClient } from 'graphql-ws'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openTestApp } from '../../support/app.ts'
import { until } from '../api.ts'
import { openRawSocket, subscribe } from './raw-socket.ts'

const model = { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:test:Valve;1', '@type': 'Interface', contents: [{ '@type': 'Property', name: 'status', schema: 'string' }] }

it('A mutation through one connection reaches a subscriber of the app over a WebSocket and one over server-sent events', async () => {
  await using test = await openTestApp()
  await test.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [model] })
  const feed = 'subscription { changes { __typename ... on Change { kind twinId } } }'
  using raw = await openRawSocket(`${test.url.replace('http', 'ws')}/graphql`)
  raw.say(subscribe('feed', feed))
  const events = await fetch(`${test.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, body: JSON.stringify({ query: feed }) })
  let streamed = ''
  const reading = (async () => { for await (const part of events.body ?? []) streamed += new TextDecoder().decode(part as Uint8Array) })()
  await raw.hears((heard) => heard.some(({ payload }) => payload?.data?.changes.__typename === 'CaughtUp'))
  await until(() => streamed.includes('CaughtUp'), 'the stream of events has caught up')

  const client = createClient({ url: `${test.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket })
  for await (const { errors } of client.iterate({ query: 'mutation { createTwins(twins: [{ id: "v1", model: "dtmi:test:Valve;1", properties: { status: "OPEN" } }]) { __typename } }' })) expect(errors).toBeUndefined()
  await client.dispose()

  const change = { kind: 'TWIN_CREATED', twinId: 'v1' }
  await raw.hears((heard) => heard.some(({ payload }) => payload?.data?.changes.twinId === 'v1'))
  expect(raw.heard.at(-1)).toMatchObject({ id: 'feed', type: 'next', payload: { data: { changes: change } } })
  await until(() => streamed.includes('"twinId":"v1"'), 'the stream of events has it too')

  const gauges = async (): Promise<unknown> => (await (await fetch(`${test.url}/metrics`)).text()).match(/^twinfold_live_\w+ \d+$/gm)
  await expect.poll(gauges).toEqual(['twinfold_live_sockets 1', 'twinfold_live_subscriptions 2', 'twinfold_live_buffered_bytes 0']) // the client's socket closes in its own time
  await test.app[Symbol.asyncDispose]()
  await reading
  expect((await raw.closed).code).toBe(1001)
  expect(streamed.slice(streamed.lastIndexOf('event: next'))).toMatch(/^event: next\ndata: \{"errors":\[\{.*"code":"SHUTTING_DOWN".*\n\nevent: complete\ndata:\n\n$/)
})
