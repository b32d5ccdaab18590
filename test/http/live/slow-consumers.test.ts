import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { until } from '../api.ts'
import { openRawSocket, subscribe } from './raw-socket.ts'
import { createLiveTrial } from './trial-streams.ts'

const bound = 262_144

describe('A client that does not read', () => {
  it('has a bounded backlog on the server, and nothing more is taken from its streams; reading again, it misses nothing', async () => {
    await using api = await createLiveTrial()
    using raw = await openRawSocket(api.socketUrl)
    raw.socket.pause()
    for (const id of ['a', 'b', 'c']) raw.say(subscribe(id, 'subscription { count(to: 20000, bytes: 1000) }'))
    await until(() => api.served.live.bufferedBytes >= bound, 'its backlog is full')
    const [taken, rss] = [api.streams.taken, process.memoryUsage().rss]
    for (let n = 0; n < 20; n++) expect((await api.ask('{ version }')).status).toBe(200) // others are served meanwhile
    expect(api.streams.taken).toBe(taken)
    expect(api.served.live.bufferedBytes).toBeLessThan(bound + 20_000)
    expect(process.memoryUsage().rss - rss).toBeLessThan(50_000_000)
    raw.socket.resume()
    await raw.hears(() => raw.of('c').at(-1)?.type === 'complete' && raw.of('a').at(-1)?.type === 'complete' && raw.of('b').at(-1)?.type === 'complete', 30_000)
    for (const id of ['a', 'b', 'c']) expect(raw.of(id).slice(0, -1).map(({ payload }) => payload.data.count)).toEqual(Array.from({ length: 20_000 }, (_, n) => n))
  })

  it('but asks is not heard any more', async () => {
    await using api = await createLiveTrial()
    using raw = await openRawSocket(api.socketUrl)
    raw.socket.pause()
    for (let n = 0; n < 200; n++) raw.say(subscribe(`q${n}`, 'query ($n: Int!) { big(bytes: $n) }', { n: 200_000 }))
    for (let n = 0; n < 100_000; n++) raw.say('{"type":"ping"}')
    await until(() => api.served.live.bufferedBytes >= bound, 'its backlog is full')
    for (let n = 0; n < 20; n++) expect((await api.ask('{ version }')).status).toBe(200)
    expect(api.served.live.bufferedBytes).toBeLessThan(4 * bound)
    raw.socket.terminate()
    await until(() => api.served.live.subscriptions === 0 && api.served.live.sockets === 0, 'everything is free')
  })

  it('of events has a bounded backlog as well, and misses nothing', async () => {
    await using api = await createLiveTrial()
    const socket = await events(api.url, 'subscription { count(to: 30000, bytes: 1000) }')
    socket.pause()
    await until(() => api.served.live.bufferedBytes >= bound, 'its backlog is full')
    const taken = api.streams.taken
    for (let n = 0; n < 20; n++) expect((await api.ask('{ version }')).status).toBe(200)
    expect([api.streams.taken, api.served.live.bufferedBytes < bound + 40_000]).toEqual([taken, true])
    let text = ''
    socket.on('data', (chunk) => { text += chunk.toString() })
    socket.resume()
    await until(() => text.includes('event: complete'), 'all has come', 30_000)
    expect(text.match(/"count":\d+/g)?.map((found) => Number(found.slice(8)))).toEqual(Array.from({ length: 30_000 }, (_, n) => n))
    socket.destroy()
  })

  it('and vanishes leaves nothing', async () => {
    await using api = await createLiveTrial()
    const raw = await openRawSocket(api.socketUrl)
    raw.socket.pause()
    raw.say(subscribe('a', 'subscription { count(to: 1000000, bytes: 1000) }'))
    const socket = await events(api.url, 'subscription { count(to: 1000000, bytes: 1000) }')
    socket.pause()
    await until(() => api.served.live.bufferedBytes >= 2 * bound, 'both backlogs are full')
    raw.socket.terminate()
    socket.destroy()
    await until(() => api.streams.openCount === 0, 'the streams are closed')
    await until(() => api.served.live.sockets + api.served.live.subscriptions + api.served.live.bufferedBytes === 0, 'everything is free')
  })
})

describe('Streams without end', () => {
  it('share a connection fairly, and leave the server to others', async () => {
    await using api = await createLiveTrial()
    using raw = await openRawSocket(api.socketUrl)
    for (const id of ['a', 'b', 'c', 'd']) raw.say(subscribe(id, 'subscription { count(to: 100000000) }'))
    const counts = (): readonly number[] => ['a', 'b', 'c', 'd'].map((id) => raw.of(id).length)
    await raw.hears(() => counts().every((count) => count > 0))
    const before = counts()
    await raw.hears((heard) => heard.length > 20_000 + before.reduce((sum, count) => sum + count, 0))
    const shares = counts().map((count, index) => count - (before[index] ?? 0))
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThan(2_000)
    for (let n = 0; n < 20; n++) expect((await api.ask('{ version }')).status).toBe(200)
    raw.say(subscribe('q', '{ version }'))
    await raw.hears(() => raw.of('q').length === 2)
  })
})

describe('Messages of every length', () => {
  it('arrive as they were', async () => {
    await using api = await createLiveTrial()
    using raw = await openRawSocket(api.socketUrl)
    let n = 0
    const lengths = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 3_900, max: 4_200 }), fc.integer({ min: 65_300, max: 65_600 }), fc.integer({ min: 200_000, max: 600_000 }))
    await fc.assert(fc.asyncProperty(lengths, fc.constantFrom('i', '€'.repeat(30)), async (bytes, name) => {
      const id = `${name}${n++}`
      raw.say(subscribe(id, 'subscription ($b: Int!) { count(to: 2, bytes: $b) }', { b: bytes }))
      await raw.hears(() => raw.of(id).length === 3)
      expect(raw.of(id).map(({ type, payload }) => [type, payload?.data.count, payload?.extensions?.filling.length ?? 0])).toEqual([['next', 0, bytes], ['next', 1, bytes], ['complete', undefined, 0]])
    }), { numRuns: 60, examples: [...[0, 125, 126, 127].map((size): [number, string] => [Math.max(0, size - 97), 'i']), [4_096, 'i'], [65_536, 'i']] })
  })
})

async function events(url: string, query: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const body = JSON.stringify({ query })
  socket.write(`POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  await new Promise((resolve) => socket.once('readable', resolve))
  return socket
}
