import { createClient } from 'graphql-ws'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { until } from '../api.ts'
import { openRawSocket, subscribe } from './raw-socket.ts'
import { createLiveTrial } from './trial-streams.ts'

const collect = async (url: string, query: string, variables?: Record<string, unknown>): Promise<unknown[]> => {
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 })
  try {
    const results: unknown[] = []
    for await (const result of client.iterate({ query, variables })) results.push(result)
    return results
  } finally {
    await client.dispose()
  }
}

describe('A WebSocket', () => {
  it('gives a subscription all its payloads in order, then its end', async () => {
    await using api = await createLiveTrial()
    const results = await collect(api.socketUrl, 'subscription ($to: Int!) { count(to: $to) }', { to: 1_000 })
    expect(results).toEqual(Array.from({ length: 1_000 }, (_, count) => ({ data: { count } })))
    expect(api.streams.openCount).toBe(0)
  })

  it('answers queries and mutations once', async () => {
    await using api = await createLiveTrial()
    expect(await collect(api.socketUrl, '{ version }')).toEqual([{ data: { version: 'one' } }])
    expect(await collect(api.socketUrl, 'mutation { change }')).toEqual([{ data: { change: 'changed' } }])
    expect(await collect(api.socketUrl, '{ bug }')).toMatchObject([{ data: { bug: null }, errors: [{ path: ['bug'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }])
  })

  it('brings what happens while it is open, until the client completes', async () => {
    await using api = await createLiveTrial()
    using raw = await openRawSocket(api.socketUrl)
    raw.say(subscribe('a', 'subscription { said }'))
    await until(() => api.streams.openCount === 1, 'the stream is open')
    api.streams.say(7, 8)
    await raw.hears((heard) => heard.length === 3)
    expect(raw.of('a')).toEqual([7, 8].map((said) => ({ id: 'a', type: 'next', payload: { data: { said } } })))
    raw.say({ id: 'a', type: 'complete' })
    await until(() => api.streams.openCount === 0, 'the stream is closed')
  })
})
