import { afterAll, describe, expect, it } from 'vitest'
import { sendRaw, until } from '../api.ts'
import { openRawSocket, subscribe } from './raw-socket.ts'
import { createLiveTrial, streamSchema } from './trial-streams.ts'

const api = await createLiveTrial({ limits: { initialisationTimeoutMs: 200, bodyBytes: 100_000 } })
afterAll(() => api[Symbol.asyncDispose]())

const closing = async (messages: readonly unknown[], options: Parameters<typeof openRawSocket>[1] = {}): Promise<readonly [number, string]> => {
  using raw = await openRawSocket(api.socketUrl, options)
  for (const message of messages) raw.say(message)
  const { code, reason } = await raw.closed
  return [code, reason]
}
const stays = subscribe('a', 'subscription { said }')

describe('A WebSocket is closed', () => {
  it.each([
    ['that is no JSON', '{', 4400],
    ['of nothing', '', 4400],
    ['that is no object', '[]', 4400],
    ['without a type', {}, 4400],
    ['of an unknown type', { type: 'start', id: 'a' }, 4400],
    ['that servers send', { type: 'next', id: 'a', payload: { data: null } }, 4400],
    ['of a subscription without an id', { type: 'subscribe', payload: { query: '{ version }' } }, 4400],
    ['of a subscription without a payload', { type: 'subscribe', id: 'a' }, 4400],
    ['of a subscription without a document', { type: 'subscribe', id: 'a', payload: {} }, 4400],
    ['of a subscription whose variables are a list', { type: 'subscribe', id: 'a', payload: { query: '{ version }', variables: 'a' } }, 4400],
    ['of a subscription with an empty id', subscribe('', '{ version }'), 4400],
    ['with an id longer than a page', subscribe('x'.repeat(300), '{ version }'), 4400],
    ['of a hundred thousand levels', `{"type":"ping","payload":${'['.repeat(45_000)}${']'.repeat(45_000)}}`, 4400],
    ['that is binary', Buffer.from('{"type":"ping"}'), 4400],
    ['that is too large', { type: 'ping', payload: { filling: 'x'.repeat(100_000) } }, 1009],
    ['to initialise again', { type: 'connection_init' }, 4429],
  ])('with %2$s… for a message %s', async (_what, message, code) => {
    expect((await closing([message]))[0]).toBe(code)
  })

  it('with 4401 for a subscription before the acknowledgement', async () => {
    expect(await closing([stays], { initialise: false })).toEqual([4401, 'Unauthorized'])
  })

  it('with 4408 when it is not initialised in time', async () => {
    expect(await closing([], { initialise: false })).toEqual([4408, 'Connection initialisation timeout'])
  })

  it('with 4409 for an id that is in use, and its reason fits however the id is written', async () => {
    expect(await closing([stays, stays])).toEqual([4409, 'Subscriber for a already exists'])
    const long = subscribe('€'.repeat(150), 'subscription { said }')
    const [code, reason] = await closing([long, long])
    expect([code, reason.startsWith('Subscriber for €€€'), Buffer.byteLength(reason) <= 123]).toEqual([4409, true, true])
  })

  it.each([[[]], [['graphql-ws']]])('with 4406, or not opened, when it offers the protocols %j', async (protocols) => {
    if (protocols.length === 0) expect((await closing([], { protocols, initialise: false }))[0]).toBe(4406)
    else await expect(openRawSocket(api.socketUrl, { protocols, initialise: false })).rejects.toThrow('Server sent no subprotocol')
  })

  it('by its client in the midst of a message, and takes nothing with it', async () => {
    const raw = await openRawSocket(api.socketUrl)
    raw.say(stays)
    await until(() => api.streams.openCount === 1, 'the stream is open')
    Reflect.get(raw.socket, '_socket').end(Buffer.from([0x81, 0xfe, 0xff, 0xff, 1, 2, 3, 4, 0x7b])) // a frame of 65,535 bytes, of which one comes
    expect((await raw.closed).code).toBe(1006)
    await until(() => api.served.live.sockets === 0 && api.streams.openCount === 0, 'everything is free')
  })

  afterAll(async () => {
    await until(() => api.served.live.sockets === 0, 'no socket is left')
    expect([api.served.live, api.streams.openCount]).toEqual([{ sockets: 0, subscriptions: 0, bufferedBytes: 0 }, 0])
  })
})

describe('On a WebSocket', () => {
  it('a ping is answered, before the initialisation as after it, and a pong is taken', async () => {
    using raw = await openRawSocket(api.socketUrl, { initialise: false })
    raw.say({ type: 'ping', payload: { a: 1 } })
    raw.say({ type: 'pong' })
    await raw.hears((heard) => heard.length === 1)
    raw.say({ type: 'connection_init', payload: { token: 'x' } })
    raw.say({ type: 'ping' })
    expect(await raw.hears((heard) => heard.length === 3)).toEqual([{ type: 'pong' }, { type: 'connection_ack' }, { type: 'pong' }])
  })

  it.each([
    ['is no GraphQL', '{ subscription', {}, 'GRAPHQL_PARSE_FAILED'],
    ['is no GraphQL, of a query', '{ version', {}, 'GRAPHQL_PARSE_FAILED'],
    ['has more tokens than are taken', `subscription { ${'said '.repeat(10_000)} }`, {}, 'GRAPHQL_PARSE_FAILED'],
    ['nests too deep for the parser', `subscription { ${'items { '.repeat(10_000)}`, {}, 'QUERY_TOO_DEEP'],
    ['nests too deep', `subscription { items { ${'items { '.repeat(30)} id ${'} '.repeat(30)} } }`, {}, 'QUERY_TOO_DEEP'],
    ['has a field that is none', 'subscription { sad }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['has two root fields', 'subscription { said refused }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['costs too much', 'subscription ($n: Int) { items { items(limit: $n) { id } } }', { n: 1_000_000 }, 'QUERY_TOO_COSTLY'],
    ['costs too much, of a query', 'query ($n: Int) { list(limit: $n) { items(limit: $n) { id } } }', { n: 1_000_000 }, 'QUERY_TOO_COSTLY'],
    ['has a variable of another type', 'subscription ($to: Int!) { count(to: $to) }', { to: 'many' }, 'BAD_USER_INPUT'],
    ['lacks a variable', 'subscription ($to: Int!) { count(to: $to) }', {}, 'BAD_USER_INPUT'],
    ['lacks a variable, of a query', 'query ($to: Int!) { big(bytes: $to) }', {}, 'BAD_USER_INPUT'],
    ['has several, and no name', 'subscription A { said } subscription B { said }', {}, 'OPERATION_RESOLUTION_FAILURE'],
    ['is refused by its stream', 'subscription { refused }', {}, 'STORE_UNAVAILABLE'],
    ['breaks', 'subscription { breaks(after: 0) }', {}, 'STORE_UNAVAILABLE'],
    ['breaks by a bug', 'subscription { breaks(after: 0, how: "bug") }', {}, 'INTERNAL_SERVER_ERROR'],
    ['has an argument that is refused', 'subscription { breaks(after: 0, how: "argument") }', {}, 'BAD_USER_INPUT'],
  ])('an operation that %s gets an error with its code, and others go on', async (_what, query, variables, code) => {
    using raw = await openRawSocket(api.socketUrl)
    raw.say(stays)
    raw.say(subscribe('b', query, variables))
    await raw.hears(() => raw.of('b').length === 1)
    expect(raw.of('b')[0]).toMatchObject({ type: 'error', payload: expect.arrayContaining([expect.objectContaining({ message: expect.any(String), extensions: expect.objectContaining({ code, retryable: code === 'STORE_UNAVAILABLE', requestId: expect.any(String) }) })]) })
    expect(JSON.stringify(raw.of('b'))).not.toContain('secret')
    await until(() => api.streams.openCount === 1, 'the other is open')
    api.streams.say(5)
    await raw.hears(() => raw.of('a').length === 1)
    raw.say(subscribe('b', '{ version }')) // the id is free again
    await raw.hears(() => raw.of('b').length === 3)
    expect(raw.of('b').slice(1)).toEqual([{ id: 'b', type: 'next', payload: { data: { version: 'one' } } }, { id: 'b', type: 'complete' }])
    raw.socket.close()
    await until(() => api.streams.openCount === 0, 'nothing is open')
  })

  it('the errors are those of a plain request, word for word', async () => {
    using raw = await openRawSocket(api.socketUrl)
    const shown = ({ message, locations, extensions: { code } }: { message: string; locations?: unknown; extensions: Record<string, unknown> }) => ({ message, locations, code })
    for (const [id, query, plainly, variables] of [
      ['a', 'subscription { sad }', 'subscription { sad }'],
      ['b', '{ subscription', '{ subscription'],
      ['c', 'subscription A { said } subscription B { said }', '       query A { version }        query B { version }'],
      ['d', 'subscription($n: Int!) { count(to: $n) }', 'query       ($n: Int!) { big(bytes: $n) }', { n: 'many' }],
      ['e', 'subscription($n: Int!) { count(to: $n) }', 'query       ($n: Int!) { big(bytes: $n) }'],
    ] as const) {
      raw.say(subscribe(id, query, variables))
      await raw.hears(() => raw.of(id).length === 1)
      const { body } = await api.ask(plainly, { variables })
      expect(raw.of(id)[0]?.payload.map(shown)).toEqual(body.errors?.map((error) => shown(error as never)))
    }
  })

  it('a stream that breaks after some payloads has sent those', async () => {
    using raw = await openRawSocket(api.socketUrl)
    raw.say(subscribe('a', 'subscription { breaks(after: 3) }'))
    await raw.hears(() => raw.of('a').at(-1)?.type === 'error')
    expect(raw.of('a').map(({ type, payload }) => [type, payload?.data?.breaks])).toEqual([['next', 0], ['next', 1], ['next', 2], ['error', undefined]])
  })

  it('completing what is not there, or is over, does nothing', async () => {
    using raw = await openRawSocket(api.socketUrl)
    raw.say({ id: 'nobody', type: 'complete' })
    raw.say(subscribe('a', '{ version }'))
    await raw.hears(() => raw.of('a').length === 2)
    raw.say({ id: 'a', type: 'complete' })
    raw.say(subscribe('a', '{ version }'))
    await raw.hears(() => raw.of('a').length === 4)
  })

  it('ids are any text', async () => {
    using raw = await openRawSocket(api.socketUrl)
    for (const id of ['__proto__', '"}\n', ' ', '😀', '\\']) {
      raw.say(subscribe(id, 'subscription { count(to: 1) }'))
      await raw.hears(() => raw.of(id).length === 2)
      expect(raw.of(id)).toEqual([{ id, type: 'next', payload: { data: { count: 0 } } }, { id, type: 'complete' }])
    }
  })

  it('a running subscription keeps the schema it began with', async () => {
    using raw = await openRawSocket(api.socketUrl)
    raw.say(stays)
    await until(() => api.streams.openCount === 1, 'the stream is open')
    const before = api.live.current
    api.live.replace(streamSchema('added: Int'))
    raw.say(subscribe('b', 'subscription { added }'))
    await until(() => api.streams.openCount === 2, 'the new field is open')
    api.streams.say(1)
    await raw.hears(() => raw.of('a').length === 1)
    expect(api.streams.operations.slice(-2).map(({ schema }) => schema)).toEqual([before, api.live.current])
    api.live.replace(before)
    raw.say(subscribe('c', 'subscription { added }'))
    await raw.hears(() => raw.of('c').length === 1)
    expect(raw.of('c')[0]?.payload[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
  })

  it('a document that many send is parsed once, and is one string', async () => {
    const { operations } = api.streams
    const before = operations.length
    using raw = await openRawSocket(api.socketUrl)
    for (const id of ['a', 'b']) raw.say(subscribe(id, 'subscription Many($to: Int!) { count(to: $to) }', { to: 1 }))
    await raw.hears(() => raw.of('b').length === 2)
    expect(operations[before + 1]?.document).toBe(operations[before]?.document)
    expect(operations[before]).toMatchObject({ variables: { to: 1 }, definition: { name: { value: 'Many' } }, principal: { tenant: 'main' } })
  })
})

describe('An upgrade', () => {
  const upgrade = (lines: string, path = '/graphql') => sendRaw(api.url, `GET ${path} HTTP/1.1\r\n${lines}\r\n\r\n`)
  const webSocket = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='

  it.each([
    ['another host', `Host: evil.example\r\n${webSocket}`, '/graphql', '421', 'UNKNOWN_HOST'],
    ['no host', webSocket, '/graphql', '421', 'UNKNOWN_HOST'],
    ['a page of another site', `Host: localhost\r\nOrigin: https://evil.example\r\n${webSocket}`, '/graphql', '403', 'UNKNOWN_ORIGIN'],
    ['a page without an origin of its own', `Host: localhost\r\nOrigin: null\r\n${webSocket}`, '/graphql', '403', 'UNKNOWN_ORIGIN'],
    ['a page of a site whose name begins as an allowed one', `Host: localhost\r\nOrigin: http://localhost.evil.example\r\n${webSocket}`, '/graphql', '403', 'UNKNOWN_ORIGIN'],
    ['another address', `Host: localhost\r\n${webSocket}`, '/elsewhere', '404', 'NO_SUCH_ADDRESS'],
  ])('for %s is refused', async (_what, lines, path, status, code) => {
    const answer = await upgrade(lines, path)
    expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`)
    expect(answer).toContain(code)
  })

  it('to something else is answered as a plain request', async () => {
    const answer = await sendRaw(api.url, `GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 200 .*"status":"up"/s)
  })

  it('that is no WebSocket handshake is refused, and the server goes on', async () => {
    expect(await upgrade('Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket')).toMatch(/^HTTP\/1.1 4/)
    expect((await api.ask('{ version }')).status).toBe(200)
  })

  it('from pages of this machine, of the server itself and of allowed sites is taken', async () => {
    await using other = await createLiveTrial({ origins: ['https://app.example.com'] })
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:1', other.url, 'https://app.example.com']) {
      using raw = await openRawSocket(other.socketUrl, { headers: { origin } })
      expect(raw.heard).toEqual([{ type: 'connection_ack' }])
    }
  })
})
