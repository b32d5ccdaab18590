import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { until } from '../api.ts'
import { openRawSocket, type RawSocket, subscribe } from './raw-socket.ts'
import { createLiveTrial, type LiveTrial } from './trial-streams.ts'

const codesOf = (raw: RawSocket, id: string): unknown[] => raw.of(id).map(({ type, payload }) => payload?.[0]?.extensions.code ?? type)
const free = (api: LiveTrial) => until(() => api.served.live.sockets === 0 && api.served.live.subscriptions === 0 && api.streams.openCount === 0, 'everything is free')

describe('One connection', () => {
  it('has so many operations; one more is refused by itself, and taken when another is over', async () => {
    await using api = await createLiveTrial({ limits: { socketSubscriptions: 3 } })
    using raw = await openRawSocket(api.socketUrl)
    for (const id of ['a', 'b', 'c', 'd']) raw.say(subscribe(id, 'subscription { said }'))
    await raw.hears(() => raw.of('d').length === 1)
    expect(raw.of('d')[0]).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', retryable: true, limit: 3 } }] })
    raw.say({ id: 'b', type: 'complete' })
    raw.say(subscribe('d', '{ version }'))
    await raw.hears(() => raw.of('d').length === 3)
    expect(codesOf(raw, 'd')).toEqual(['TOO_MANY_SUBSCRIPTIONS', 'next', 'complete'])
    expect([api.streams.openCount, api.served.live.subscriptions]).toEqual([2, 2])
  })

  it('cannot leave megabytes with a subscription, which would be kept as long as it lives', async () => {
    await using api = await createLiveTrial({ limits: { subscriptionBytes: 2_000 } })
    using raw = await openRawSocket(api.socketUrl)
    raw.say({ id: 'a', type: 'subscribe', payload: { query: 'subscription { said }', variables: { ballast: 'x'.repeat(2_000) } } })
    raw.say(subscribe('b', 'subscription { said }'))
    await raw.hears(() => raw.of('a').length === 1 && api.streams.openCount === 1)
    expect(codesOf(raw, 'a')).toEqual(['PAYLOAD_TOO_LARGE'])
  })

  it('does not get around that by leaving what is still being opened', async () => {
    await using api = await createLiveTrial({ limits: { socketSubscriptions: 5 } })
    using raw = await openRawSocket(api.socketUrl)
    for (let n = 0; n < 50; n++) {
      raw.say(subscribe(`s${n}`, 'subscription { stuck }'))
      raw.say({ id: `s${n}`, type: 'complete' })
    }
    await raw.hears((heard) => heard.length === 46)
    expect([api.streams.operations.length, api.served.live.subscriptions]).toEqual([5, 5])
    raw.socket.terminate()
    await until(() => api.served.live.sockets === 0, 'the socket is gone')
    expect(api.served.live.subscriptions).toBe(5)
    api.streams.unstick()
    await free(api)
  })

  it('that asks for nothing for long is closed, and one that has a subscription is not', async () => {
    await using api = await createLiveTrial({ limits: { idleTimeoutMs: 150 } })
    using idle = await openRawSocket(api.socketUrl)
    using busy = await openRawSocket(api.socketUrl)
    busy.say(subscribe('a', 'subscription { said }'))
    expect((await idle.closed).code).toBe(1000)
    expect(busy.socket.readyState).toBe(busy.socket.OPEN)
    busy.say({ id: 'a', type: 'complete' })
    expect((await busy.closed).code).toBe(1000)
  })

  it('a subscription that takes too long to open is answered with TIMEOUT, and what comes later is closed', async () => {
    await using api = await createLiveTrial({ limits: { operationTimeoutMs: 50 } })
    using raw = await openRawSocket(api.socketUrl)
    raw.say(subscribe('a', 'subscription { stuck }'))
    raw.say(subscribe('b', '{ never }'))
    raw.say(subscribe('c', 'mutation { changeForever }'))
    raw.say(subscribe('d', 'subscription { said }'))
    await raw.hears(() => ['a', 'b', 'c'].every((id) => raw.of(id).length === 1))
    expect(['a', 'b', 'c'].map((id) => codesOf(raw, id))).toEqual([['TIMEOUT'], ['TIMEOUT'], ['OUTCOME_UNKNOWN']])
    api.streams.unstick()
    raw.say(subscribe('e', '{ version }'))
    await raw.hears(() => raw.of('e').length === 2)
    expect(api.streams.openCount).toBe(1) // `d`, which was open within the time, has no deadline
  })
})

describe('A tenant', () => {
  it('has so many subscriptions, whatever they go over', async () => {
    await using api = await createLiveTrial({ limits: { tenantSubscriptions: 4 } })
    const sockets = await Promise.all([1, 2].map(() => openRawSocket(api.socketUrl)))
    for (const raw of sockets) for (const id of ['a', 'b']) raw.say(subscribe(id, 'subscription { said }'))
    await until(() => api.streams.openCount === 4, 'four are open')
    sockets[0]?.say(subscribe('c', 'subscription { said }'))
    await until(() => sockets[0]?.of('c').length === 1, 'it is answered')
    expect(sockets[0]?.of('c')[0]).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit: 4 } }] })
    const events = await api.send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, body: '{"query":"subscription { said }"}' })
    expect(events.text).toMatch(/^event: next\ndata: .*"TOO_MANY_SUBSCRIPTIONS".*\n\nevent: complete\ndata:\n\n$/)
    for (const raw of sockets) raw.socket.terminate()
    await free(api)
  })
})

describe('A server', () => {
  it('has so many sockets; one more is told to come again later', async () => {
    await using api = await createLiveTrial({ limits: { sockets: 2 } })
    using first = await openRawSocket(api.socketUrl)
    using _second = await openRawSocket(api.socketUrl)
    using third = await openRawSocket(api.socketUrl, { initialise: false })
    expect((await third.closed).code).toBe(1013)
    first.socket.close()
    await until(() => api.served.live.sockets === 1, 'there is room')
    using fourth = await openRawSocket(api.socketUrl)
    expect(fourth.heard).toEqual([{ type: 'connection_ack' }])
  })

  it('finds out that a peer is gone, and keeps one that answers', async () => {
    await using api = await createLiveTrial({ limits: { probeEveryMs: 100 } })
    using alive = await openRawSocket(api.socketUrl)
    alive.say(subscribe('a', 'subscription { said }'))
    using silent = await openRawSocket(api.socketUrl)
    silent.say(subscribe('a', 'subscription { said }'))
    await until(() => api.streams.openCount === 2, 'both are open')
    silent.socket.pause() // reads no ping
    await until(() => api.streams.openCount === 1, 'the silent one is given up')
    expect([api.served.live.sockets, alive.socket.readyState]).toEqual([1, alive.socket.OPEN])
  })

  it('gives up a reader of events that takes nothing for long', async () => {
    await using api = await createLiveTrial({ limits: { probeEveryMs: 50, heartbeatMs: 20 } })
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
    const body = '{"query":"subscription { count(to: 1000000, bytes: 1000) }"}'
    socket.write(`POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    await until(() => api.served.live.bufferedBytes > 200_000, 'its backlog is full')
    await until(() => api.streams.openCount === 0 && api.served.live.bufferedBytes === 0, 'it is given up')
    socket.destroy()
  })

  it('closes those it turned away even if they do not, or speak nonsense', async () => {
    const api = await createLiveTrial({ limits: { sockets: 1 } })
    using _first = await openRawSocket(api.socketUrl)
    using silent = await openRawSocket(api.socketUrl, { protocols: [], initialise: false })
    silent.socket.pause() // never answers the closing
    using mad = await openRawSocket(api.socketUrl, { initialise: false })
    Reflect.get(mad.socket, '_socket').write(Buffer.from([0xff, 0xff, 0xff, 0xff]))
    expect((await api.ask('{ version }')).status).toBe(200)
    const start = performance.now()
    await api[Symbol.asyncDispose]() // waits for every connection
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  it('is not impressed by a flood of subscriptions', async () => {
    await using api = await createLiveTrial()
    using raw = await openRawSocket(api.socketUrl)
    for (let n = 0; n < 20_000; n++) raw.say(subscribe(`s${n}`, 'subscription { said }'))
    await raw.hears((heard) => heard.length === 19_901, 30_000)
    expect([api.streams.openCount, (await api.ask('{ version }')).status]).toEqual([100, 200])
    raw.socket.terminate()
    await free(api)
  })

  it('frees everything of clients that come, subscribe, leave or vanish, two thousand times, while nothing happens', async () => {
    await using api = await createLiveTrial()
    using raw = await openRawSocket(api.socketUrl)
    const listeners = () => raw.socket.eventNames().map((name) => raw.socket.listenerCount(name))
    const before = [listeners(), api.streams.openCount, api.served.live]
    for (let n = 0; n < 2_000; n++) {
      raw.say(subscribe(`s${n}`, 'subscription { said }'))
      if (n >= 50) raw.say({ id: `s${n - 50}`, type: 'complete' })
    }
    for (let n = 1_950; n < 2_000; n++) raw.say({ id: `s${n}`, type: 'complete' })
    await until(() => api.streams.operations.length === 2_000 && api.streams.openCount === 0, 'all were open, and none is')
    expect([listeners(), api.streams.openCount, { ...api.served.live }]).toEqual([...before.slice(0, 2), { sockets: 1, subscriptions: 0, bufferedBytes: 0 }])
    expect(api.served.inFlight).toBe(0)
    for (let n = 0; n < 50; n++) {
      using vanishing = await openRawSocket(api.socketUrl)
      vanishing.say(subscribe('a', 'subscription { said }'))
      vanishing.say(subscribe('b', '{ never }'))
      vanishing.say({ type: 'ping' })
      await vanishing.hears((heard) => heard.length === 2)
    }
    raw.socket.terminate()
    await free(api)
    expect(api.served.inFlight).toBe(0)
  })
})
