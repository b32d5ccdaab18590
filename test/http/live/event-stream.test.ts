import { describe, expect, it } from 'vitest'
import { sendRaw, until } from '../api.ts'
import { createLiveTrial, type LiveTrial } from './trial-streams.ts'

const ask = (api: LiveTrial, query: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  api.send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers }, body: JSON.stringify({ query, ...more }) })

/** The events of a whole stream, comments left out. */
const eventsOf = (text: string) => text.split('\n\n').filter((event) => event !== '' && !event.startsWith(':')).map((event) => {
  const [, name, data = ''] = /^event: (\w+)\ndata: ?(.*)$/s.exec(event) ?? []
  return { name, data: data === '' ? undefined : JSON.parse(data) as unknown }
})
const end = { name: 'complete', data: undefined }

describe('A stream of events', () => {
  it('gives a subscription all its payloads in order, then its end', async () => {
    await using api = await createLiveTrial()
    const answer = await ask(api, 'subscription ($to: Int!) { count(to: $to) }', { variables: { to: 1_000 } })
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control'), answer.headers.get('x-request-id')])
      .toEqual([200, 'text/event-stream; charset=utf-8', 'no-cache, no-transform', expect.stringMatching(/^[\w-]{16}$/)])
    expect(eventsOf(answer.text)).toEqual([...Array.from({ length: 1_000 }, (_, count) => ({ name: 'next', data: { data: { count } } })), end])
    expect([api.streams.openCount, api.served.live.subscriptions]).toEqual([0, 0])
  })

  it('is there for GET too', async () => {
    await using api = await createLiveTrial()
    const query = encodeURIComponent('subscription A($to: Int!) { count(to: $to) } query B { version }')
    const answer = await api.send(`/graphql?query=${query}&operationName=A&variables=${encodeURIComponent('{"to":1}')}`, { headers: { accept: 'text/event-stream' } })
    expect(eventsOf(answer.text)).toEqual([{ name: 'next', data: { data: { count: 0 } } }, end])
  })

  it('answers queries and mutations once', async () => {
    await using api = await createLiveTrial()
    expect(eventsOf((await ask(api, '{ version }')).text)).toEqual([{ name: 'next', data: { data: { version: 'one' } } }, end])
    expect(eventsOf((await ask(api, 'mutation { change }')).text)).toEqual([{ name: 'next', data: { data: { change: 'changed' } } }, end])
  })

  it('changes nothing by GET, which a page of any site can cause', async () => {
    await using api = await createLiveTrial()
    const answer = await api.send(`/graphql?query=${encodeURIComponent('mutation { change }')}`, { headers: { accept: 'text/event-stream' } })
    expect(eventsOf(answer.text)).toEqual([{ name: 'next', data: { errors: [expect.objectContaining({ message: 'GET requests only support query operations, not mutation operations' })] } }, end])
  })

  it.each([
    ['is none', '', 'BAD_REQUEST'],
    ['is no GraphQL', '{ subscription', 'GRAPHQL_PARSE_FAILED'],
    ['does not fit the schema', 'subscription { sad }', 'GRAPHQL_VALIDATION_FAILED'],
    ['does not fit the schema, of a query', '{ sad }', 'GRAPHQL_VALIDATION_FAILED'],
    ['lacks a variable', 'subscription ($to: Int!) { count(to: $to) }', 'BAD_USER_INPUT'],
    ['nests too deep', `subscription { items { ${'items { '.repeat(30)} id ${'} '.repeat(30)} } }`, 'QUERY_TOO_DEEP'],
    ['is refused by its stream', 'subscription { refused }', 'STORE_UNAVAILABLE'],
  ])('of an operation that %s is its errors and the end: an EventSource shows nothing else', async (_what, query, code) => {
    await using api = await createLiveTrial()
    const { status, text } = await ask(api, query)
    expect(status).toBe(200)
    expect(eventsOf(text)).toMatchObject([{ name: 'next', data: { errors: expect.arrayContaining([expect.objectContaining({ extensions: expect.objectContaining({ code }) })]) } }, { name: 'complete' }])
    expect(text).not.toContain('secret')
  })

  it('that breaks has sent what came before', async () => {
    await using api = await createLiveTrial()
    const events = eventsOf((await ask(api, 'subscription { breaks(after: 2, how: "bug") }')).text)
    expect(events).toMatchObject([{ data: { data: { breaks: 0 } } }, { data: { data: { breaks: 1 } } }, { data: { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) } }] } }, { name: 'complete' }])
    expect(api.logged.some(({ level, err }) => level === 50 && JSON.stringify(err).includes('secret'))).toBe(true)
  })

  it('is not what a plain request gets', async () => {
    await using api = await createLiveTrial()
    for (const accept of ['*/*', 'application/json', 'application/graphql-response+json']) {
      const { status, body } = await ask(api, 'subscription { said }', {}, { accept })
      expect([status, body.errors?.[0]?.extensions['code']]).toEqual([400, 'SUBSCRIPTION_NEEDS_STREAM'])
    }
    const both = 'application/graphql-response+json, application/json, text/event-stream'
    expect((await ask(api, '{ version }', {}, { accept: both })).body).toEqual({ data: { version: 'one' } })
    expect(eventsOf((await ask(api, 'subscription { count(to: 1) }', {}, { accept: both })).text)).toHaveLength(2)
  })

  it('is refused as a plain request where it never is an operation', async () => {
    await using api = await createLiveTrial({ limits: { bodyBytes: 1_000 } })
    const codeOf = async (asked: ReturnType<typeof ask>) => {
      const { status, text } = await asked
      return [status, (JSON.parse(text) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code]
    }
    expect(await codeOf(ask(api, 'subscription { said }', {}, { origin: 'https://evil.example' }))).toEqual([403, 'UNKNOWN_ORIGIN'])
    expect(await codeOf(ask(api, `subscription { said } #${'x'.repeat(1_000)}`))).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    expect(await codeOf(ask(api, 'subscription { said }', { variables: [] }))).toEqual([400, 'BAD_REQUEST'])
    expect(await sendRaw(api.url, 'GET /graphql?query=subscription%7Bsaid%7D HTTP/1.1\r\nHost: evil.example\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n')).toContain('UNKNOWN_HOST')
  })

  it('has a comment now and then while nothing happens, and ends with its client', async () => {
    await using api = await createLiveTrial({ limits: { heartbeatMs: 20 } })
    const gone = new AbortController()
    const response = await fetch(`${api.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, body: '{"query":"subscription { said }"}', signal: gone.signal })
    let text = ''
    const reading = (async () => { for await (const part of response.body ?? []) text += new TextDecoder().decode(part as Uint8Array) })().catch(() => 'aborted')
    await until(() => text === ':\n\n:\n\n:\n\n', 'three comments have come')
    api.streams.say(1)
    await until(() => text.includes('event: next\ndata: {"data":{"said":1}}\n\n'), 'what is said has come')
    gone.abort()
    expect(await reading).toBe('aborted')
    await until(() => api.streams.openCount === 0 && api.served.live.subscriptions === 0, 'everything is free')
  })
})
