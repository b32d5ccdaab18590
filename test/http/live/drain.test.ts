import { describe, expect, it } from 'vitest'
import { until } from '../api.ts'
import { openRawSocket, subscribe } from './raw-socket.ts'
import { createLiveTrial } from './trial-streams.ts'

describe('A server that stops', () => {
  it('sends every stream its last payloads, then closes sockets with 1001 and ends streams of events', async () => {
    const api = await createLiveTrial()
    using raw = await openRawSocket(api.socketUrl)
    raw.say(subscribe('a', 'subscription { said }'))
    const events = api.send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, body: '{"query":"subscription { said }"}' })
    await until(() => api.streams.openCount === 2, 'both are open')
    const start = performance.now()
    api.streams.say(...Array.from({ length: 5_000 }, (_, n) => n))
    await api[Symbol.asyncDispose]()
    expect(performance.now() - start).toBeLessThan(5_000)
    expect(await raw.closed).toEqual({ code: 1001, reason: 'The server is stopping' })
    expect(raw.of('a').map(({ payload }) => payload.data.said)).toEqual(Array.from({ length: 5_000 }, (_, n) => n))
    const { text } = await events
    expect(text.match(/"said":/g)).toHaveLength(5_000)
    expect(text).toMatch(/event: next\ndata: \{"errors":\[\{[^\n]*"code":"SHUTTING_DOWN","retryable":true[^\n]*\n\nevent: complete\ndata:\n\n$/)
    expect([api.streams.openCount, { ...api.served.live }]).toEqual([0, { sockets: 0, subscriptions: 0, bufferedBytes: 0 }])
  })

  it('takes nothing new meanwhile, and lets what changes something finish first', async () => {
    await using api = await createLiveTrial({ limits: { drainMs: 400 } })
    using raw = await openRawSocket(api.socketUrl)
    raw.say(subscribe('running', 'mutation { changeForever }'))
    raw.say(subscribe('feed', 'subscription { said }'))
    await until(() => api.served.inFlight === 1 && api.streams.openCount === 1, 'both are under way')
    const stopped = api.served[Symbol.asyncDispose]()
    raw.say(subscribe('late', 'subscription { said }'))
    await raw.hears(() => raw.of('late').length === 1)
    expect(raw.of('late')[0]?.payload[0].extensions.code).toBe('SHUTTING_DOWN')
    await expect(openRawSocket(api.socketUrl)).rejects.toThrow('503')
    api.streams.say(1) // what others see of changes that still finish
    await raw.hears(() => raw.of('feed').length === 1 && raw.of('running').length === 1)
    expect(raw.of('running')[0]?.payload[0].extensions.code).toBe('OUTCOME_UNKNOWN')
    expect((await raw.closed).code).toBe(1001)
    await stopped
  })

  it('does not wait for those who do not read', async () => {
    const api = await createLiveTrial()
    using raw = await openRawSocket(api.socketUrl)
    raw.socket.pause()
    raw.say(subscribe('a', 'subscription { count(to: 10000000, bytes: 1000) }'))
    await until(() => api.served.live.bufferedBytes > 200_000, 'its backlog is full')
    const start = performance.now()
    await api[Symbol.asyncDispose]()
    expect(performance.now() - start).toBeLessThan(4_000)
    expect([api.streams.openCount, { ...api.served.live }]).toEqual([0, { sockets: 0, subscriptions: 0, bufferedBytes: 0 }])
  })
})
