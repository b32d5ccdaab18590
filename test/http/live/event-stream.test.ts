import { describe, expect, it } from 'vitest'
import { createLiveTrial, type LiveTrial } from './trial-streams.ts'

const ask = (api: LiveTrial, query: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  api.send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers }, body: JSON.stringify({ query, ...more }) })

/** The events of a whole stream, comments left out. */
const eventsOf = (text: string) => text.split('\n\n').filter((event) => event !== '' && !event.startsWith(':')).map((event) => {
  const [, name, data = ''] = /^event: (\w+)\ndata: ?(.*)$/s.exec(event) ?? []
  return { name, data: data === '' ? undefined : JSON.parse(data) as unknown }
})

describe('A stream of events', () => {
  it('gives a subscription all its payloads in order, then its end', async () => {
    await using api = await createLiveTrial()
    const answer = await ask(api, 'subscription ($to: Int!) { count(to: $to) }', { variables: { to: 1_000 } })
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('x-request-id')]).toEqual([200, 'text/event-stream; charset=utf-8', expect.stringMatching(/^[\w-]{16}$/)])
    expect(eventsOf(answer.text)).toEqual([...Array.from({ length: 1_000 }, (_, count) => ({ name: 'next', data: { data: { count } } })), { name: 'complete', data: undefined }])
  })
})
