import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { decodeCursor } from '../../src/change/cursor.ts'
import type { Data } from '../support/app.ts'
import { freshTenant } from '../support/neo4j.ts'
import { postgresFolder, type PostgresServer, startPostgres } from '../support/postgres.ts'
import { redisPath, type RedisServer, startRedis } from '../support/redis.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'

const context = ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1']
const models = [{
  '@context': context, '@id': 'dtmi:town:Pump;1', '@type': 'Interface',
  contents: [{ '@type': 'Property', name: 'status', schema: 'string' }, { '@type': 'Telemetry', name: 'flow', schema: 'double' }, { '@type': 'Relationship', name: 'feeds', target: 'dtmi:town:Pump;1' }],
}]
const pumps = Array.from({ length: 8 }, (_, index) => ({ id: `p${index}`, model: 'dtmi:town:Pump;1', properties: { status: 'OK' } }))

/** Two servers of one tenant, with models and pumps that came through the first. */
interface Pair extends AsyncDisposable {
  readonly a: ServerProcess
  readonly b: ServerProcess
}

async function startPair(environment: Readonly<Record<string, string>> = {}): Promise<Pair> {
  await using parts = new AsyncDisposableStack()
  const tenant = freshTenant('pair')
  const a = parts.use(await startServerProcess(tenant, environment))
  expect(await a.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: models })).toEqual({ publishModels: { __typename: 'PublishModelsSuccess' } })
  const b = parts.use(await startServerProcess(tenant, environment))
  await a.data('mutation ($t: [TwinInput!]!) { createTwins(twins: $t) { __typename } }', { t: pumps })
  const owned = parts.move()
  return { a, b, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** What a subscription tells, over a WebSocket, until it is disposed. */
function listen(server: ServerProcess, query: string, variables: Readonly<Record<string, unknown>> = {}): { readonly events: Data[] } & Disposable {
  const client = createClient({ url: `${server.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 })
  const events: Data[] = []
  const end = client.subscribe<Data>({ query, variables }, {
    next: ({ data, errors }) => { events.push(...(errors ? [{ __typename: 'Errors', errors }] : Object.values(data ?? {}) as Data[])) },
    error: (error) => { events.push({ __typename: 'Error', error }) },
    complete: () => undefined,
  })
  return {
    events,
    [Symbol.dispose]() {
      end()
      void client.dispose()
    },
  }
}

/** The same over server-sent events. */
function listenByEvents(server: ServerProcess, query: string): { readonly events: Data[] } & Disposable {
  const ending = new AbortController()
  const events: Data[] = []
  const read = async (): Promise<void> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST', signal: ending.signal, headers: { 'content-type': 'application/json', 'accept': 'text/event-stream' }, body: JSON.stringify({ query }),
    })
    let text = ''
    for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      text += chunk
      const ends = text.lastIndexOf('\n\n')
      if (ends < 0) continue
      for (const [, json] of text.slice(0, ends + 1).matchAll(/^data: (.+)$/gm)) events.push(...Object.values((JSON.parse(json ?? '') as { readonly data: Data }).data) as Data[])
      text = text.slice(ends + 2)
    }
  }
  read().catch((error: unknown) => { if (!ending.signal.aborted) events.push({ __typename: 'Error', error }) })
  return { events, [Symbol.dispose]: () => { ending.abort() } }
}

const changes = 'subscription ($after: Cursor) { changes(after: $after) { __typename ... on Change { cursor kind twinId actor } ... on CaughtUp { cursor } ... on Gap { from to } } }'
const caughtUp = async (...listeners: readonly { readonly events: readonly Data[] }[]): Promise<void> => {
  await vi.waitFor(() => { for (const { events } of listeners) expect(events.some(({ __typename }) => __typename === 'CaughtUp')).toBe(true) }, { timeout: 10_000 })
}
const ofType = (events: readonly Data[], type: string): readonly Data[] => events.filter(({ __typename }) => __typename === type)
const setStatus = 'mutation ($id: ID!, $status: String!) { updatePump(id: $id, properties: { status: $status }) { __typename ... on UpdateTwinSuccess { cursor } ... on Problem { message } } }'

describe.each([['that wake each other over Redis', true], ['that look for themselves', false]])('Two processes on one Neo4j %s', (_, withRedis) => {
  let redis: RedisServer | undefined
  let pair: Pair
  const isPossible = !withRedis || redisPath !== undefined
  beforeAll(async () => {
    if (!isPossible) return
    redis = withRedis ? await startRedis() : undefined
    pair = await startPair(redis ? { TWINFOLD_REDIS_URL: redis.url } : {})
  })
  afterAll(async () => {
    await pair[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
  })

  it.runIf(isPossible)('tell each other\'s subscribers of every mutation, over WebSocket and server-sent events, soon', async () => {
    const { a, b } = pair
    using socket = listen(b, changes)
    using stream = listenByEvents(b, changes.replace('($after: Cursor)', '').replace('(after: $after)', ''))
    using live = listen(b, 'subscription { pumpsLive(where: { status: { eq: "DOWN" } }, atMostEvery: "PT0.01S") { kind id node { _id status } } }')
    await caughtUp(socket, stream)
    await vi.waitFor(() => { expect(live.events.at(-1)).toMatchObject({ kind: 'CAUGHT_UP' }) }, { timeout: 10_000 })
    const delays: number[] = []
    for (let index = 0; index < 20; index += 1) {
      const told = (): number => ofType(socket.events, 'Change').length
      const before = told()
      const { updatePump } = await a.data(setStatus, { id: `p${index % 8}`, status: index % 2 ? 'DOWN' : `OK ${index}` })
      const committed = performance.now()
      expect(updatePump).toMatchObject({ __typename: 'UpdateTwinSuccess' })
      await vi.waitFor(() => { expect(told()).toBe(before + 1) }, { timeout: 10_000, interval: 1 })
      delays.push(performance.now() - committed)
    }
    await vi.waitFor(() => { expect(ofType(stream.events, 'Change')).toEqual(ofType(socket.events, 'Change')) }, { timeout: 10_000 })
    expect(ofType(socket.events, 'Change').map(({ twinId }) => twinId as string)).toEqual(Array.from({ length: 20 }, (_, index) => `p${index % 8}`))
    await vi.waitFor(() => { expect(live.events.flatMap(({ kind, id }) => (kind === 'ENTER' ? [id as string] : []))).toEqual(['p1', 'p3', 'p5', 'p7']) }, { timeout: 10_000 })
    expect(delays.sort((left, right) => left - right)[10]).toBeLessThan(500) // how fast it is, the bench says
  })

  it.runIf(isPossible)('put what both write at the same time into one order without holes, which is the same for the subscribers of both', { timeout: 120_000 }, async () => {
    const { a, b } = pair
    using atA = listen(a, changes)
    using atB = listen(b, changes)
    await caughtUp(atA, atB)
    const start = String(ofType(atA.events, 'CaughtUp')[0]?.['cursor'])
    const writers = [a, b].flatMap((server, process) => Array.from({ length: 4 }, async (_, lane) => {
      for (let index = 0; index < 15; index += 1) {
        const id = `${process}-${lane}-${index}`
        await server.data(setStatus, { id: `p${index % 3}`, status: id }) // contended
        await server.data('mutation ($t: [TwinInput!]!) { createTwins(twins: $t) { __typename } }', { t: [{ id, model: 'dtmi:town:Pump;1', relationships: [{ name: 'feeds', to: 'p7' }] }] })
      }
    }))
    await Promise.all(writers)
    const expected = 2 * 4 * 15 * 3
    await vi.waitFor(() => { for (const { events } of [atA, atB]) expect(ofType(events, 'Change')).toHaveLength(expected) }, { timeout: 20_000 })
    const [fromA, fromB] = [ofType(atA.events, 'Change'), ofType(atB.events, 'Change')]
    expect(fromA).toEqual(fromB)
    const places = fromA.map(({ cursor }) => decodeCursor(String(cursor)))
    const first = decodeCursor(start) ?? Number.NaN
    expect(places).toEqual(Array.from({ length: expected }, (_, index) => first + 1 + index))
    expect(new Set(fromA.filter(({ kind }) => kind === 'TWIN_CREATED').map(({ twinId }) => twinId as string)).size).toBe(2 * 4 * 15)
    using replayed = listen(b, changes, { after: start })
    await caughtUp(replayed)
    expect(ofType(replayed.events, 'Change')).toEqual(fromA)
    expect([...ofType(atA.events, 'Gap'), ...ofType(atB.events, 'Gap')]).toEqual([])
  })
})

describe.skipIf(postgresFolder === undefined).each([['that wake each other over Redis', true], ['that look for themselves', false]])('Two processes with telemetry in one PostgreSQL %s', (_, withRedis) => {
  let redis: RedisServer | undefined
  let postgres: PostgresServer
  let pair: Pair
  const isPossible = !withRedis || redisPath !== undefined
  beforeAll(async () => {
    if (!isPossible) return
    redis = withRedis ? await startRedis() : undefined
    postgres = await startPostgres()
    pair = await startPair({ TWINFOLD_TELEMETRY_URL: postgres.url, ...(redis && { TWINFOLD_REDIS_URL: redis.url }) })
  })
  afterAll(async () => {
    await pair[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
  })

  it.runIf(isPossible)('tell each other\'s subscribers of every reading, in one order, from any cursor', { timeout: 120_000 }, async () => {
    const { a, b } = pair
    const readings = 'subscription ($after: Cursor) { readingReceived(series: ["flow"], after: $after) { __typename ... on ReadingReceived { cursor twinId reading { at value } } ... on CaughtUp { cursor } ... on Gap { from to } } }'
    using atA = listen(a, readings)
    using atB = listen(b, readings)
    await caughtUp(atA, atB)
    const start = String(ofType(atA.events, 'CaughtUp')[0]?.['cursor'])
    await Promise.all([a, b].map(async (server, process) => {
      for (let batch = 0; batch < 25; batch += 1) {
        const report = await server.ingest(Array.from({ length: 8 }, (_, index) => ({ twin: `p${index}`, at: new Date(Date.UTC(2026, 2, 1 + process) + batch * 1_000).toISOString(), values: { flow: batch } })))
        expect(report).toMatchObject({ accepted: 8 })
      }
    }))
    const expected = 2 * 25 * 8
    await vi.waitFor(() => { for (const { events } of [atA, atB]) expect(ofType(events, 'ReadingReceived')).toHaveLength(expected) }, { timeout: 20_000 })
    const all = ofType(atA.events, 'ReadingReceived')
    expect(ofType(atB.events, 'ReadingReceived')).toEqual(all)
    expect(new Set(all.map(({ twinId, reading }) => `${String(twinId)} ${String(reading.at)}`)).size).toBe(expected)
    for (const place of [0, 1, 7, 123, expected - 1]) {
      using resumed = listen(b, readings, { after: place === 0 ? start : all[place - 1]?.['cursor'] })
      await caughtUp(resumed)
      expect(ofType(resumed.events, 'ReadingReceived')).toEqual(all.slice(place))
    }
  })
})
