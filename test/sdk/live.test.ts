import { WebSocket } from 'ws'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createTwinfoldClient, type Live, type LiveDelta, type TwinfoldClient, TwinfoldError } from '../../sdk/src/index.ts'
import { type ScriptedServer, type ScriptedSubscription, startScriptedServer } from './scripted-server.ts'

const document = 'subscription ($status: String, $after: Cursor) { pumpsLive(where: { status: { eq: $status } }, after: $after) { kind cursor id node { name } } }'
const withoutAfter = 'subscription { pumpsLive { kind cursor id node { name } } }'
interface Pump { readonly name: string }
interface Pumps { readonly pumpsLive: { readonly node: Pump | null } }

const soon = { backoff: { baseMs: 20, maxMs: 40 } }
const until = (condition: () => unknown): Promise<void> => vi.waitFor(() => { if (!condition()) throw new Error(`Not yet: ${condition.toString()}`) }, { timeout: 10_000, interval: 2 })

function say(subscription: ScriptedSubscription, kind: string, cursor: string, id: string | null = null, name = id): void {
  const node = kind === 'LEAVE' || id === null ? null : { name }
  subscription.next({ data: { pumpsLive: { kind, cursor, id, node } } })
}
const names = (live: Pick<Live<Pump>, 'nodes'>): readonly string[] => [...live.nodes.values()].map(({ name }) => name).sort()

async function open(transport: 'websocket' | 'sse' = 'websocket', more: Partial<Parameters<typeof createTwinfoldClient>[0]> = {}): Promise<{ server: ScriptedServer; client: TwinfoldClient }> {
  const server = await startScriptedServer()
  const client = createTwinfoldClient({ url: server.url, transport, ...soon, ...more })
  onTestFinished(async () => {
    await client.dispose()
    await server[Symbol.asyncDispose]()
  })
  return { server, client }
}

/** Every status it comes to have; some last no longer than a jittered pause. */
function statusesOf(live: Pick<Live<Pump>, 'status' | 'subscribe'>): readonly string[] {
  const kinds: string[] = []
  live.subscribe(() => { kinds.push(live.status.kind) })
  return kinds
}

describe.each(['websocket', 'sse'] as const)('over %s', (transport) => {
  test('a live query shows its first answer as a whole, then every change', async () => {
    const { server, client } = await open(transport)
    const live = client.live<Pumps>(document, { status: 'DOWN' })
    const subscription = await server.subscription()
    expect(subscription).toMatchObject({ query: document, variables: { status: 'DOWN' } })
    say(subscription, 'SNAPSHOT', 's1', 'p1')
    await until(() => live.status.kind === 'live')
    expect([...live.nodes]).toEqual([])
    say(subscription, 'SNAPSHOT', 's2', 'p2')
    say(subscription, 'CAUGHT_UP', 'c0')
    expect(names(await live.caughtUp())).toEqual(['p1', 'p2'])
    say(subscription, 'ENTER', 'c1', 'p3')
    say(subscription, 'CHANGE', 'c2', 'p1', 'renamed')
    say(subscription, 'LEAVE', 'c3', 'p2')
    await until(() => live.cursor === 'c3')
    expect(names(live)).toEqual(['p3', 'renamed'])
  })

  test('a live query goes on behind the newest cursor after its connection broke', async () => {
    const { server, client } = await open(transport)
    const live = client.live<Pumps>(document, { status: 'DOWN' })
    const first = await server.subscription()
    say(first, 'SNAPSHOT', 's1', 'p1')
    say(first, 'CAUGHT_UP', 'c0')
    say(first, 'CHANGE', 'c1', 'p1', 'renamed')
    await until(() => live.cursor === 'c1')
    first.cut()
    await until(() => !live.isCaughtUp)
    expect(names(live), 'what was known stays visible').toEqual(['renamed'])
    const second = await server.subscription()
    expect(second.variables).toEqual({ status: 'DOWN', after: 'c1' })
    say(second, 'CHANGE', 'c1', 'p1', 'told twice')
    say(second, 'ENTER', 'c2', 'p2')
    say(second, 'CAUGHT_UP', 'c2c')
    expect(names(await live.caughtUp())).toEqual(['p2', 'renamed'])
  })

  test('readers never see half of a snapshot that replaces what was known', async () => {
    const { server, client } = await open(transport)
    const live = client.live<Pumps>(document)
    const seen = new Set<string>()
    live.subscribe(() => seen.add(names(live.getSnapshot()).join()))
    const first = await server.subscription()
    for (const id of ['p1', 'p2']) say(first, 'SNAPSHOT', `s${id}`, id)
    say(first, 'CAUGHT_UP', 'c0')
    await live.caughtUp()
    say(first, 'RESET', 'r1')
    say(first, 'SNAPSHOT', 't1', 'p3')
    await until(() => live.getSnapshot().isCaughtUp === false)
    first.cut()
    const second = await server.subscription()
    expect(second.variables, 'the newest cursor, even of a snapshot that is not whole').toEqual({ after: expect.stringMatching(/r1|t1/) as string })
    say(second, 'RESET', 'r1')
    for (const id of ['p4', 'p5']) say(second, 'SNAPSHOT', `s${id}`, id)
    say(second, 'CAUGHT_UP', 'c9')
    await live.caughtUp()
    expect([...seen]).toEqual(['', 'p1,p2', 'p4,p5'])
  })

  test('a refusal closes a live query with its code; an outage does not', async () => {
    const { server, client } = await open(transport)
    const live = client.live<Pumps>(document)
    const first = await server.subscription()
    first.fail({ message: 'The server is stopping.', extensions: { code: 'SHUTTING_DOWN', retryable: true } })
    const second = await server.subscription()
    second.fail({ message: 'There is no pumpsLive.', extensions: { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false, requestId: 'r-1' } })
    const error: unknown = await live.caughtUp().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TwinfoldError)
    expect(error).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED', isRetryable: false, requestId: 'r-1', message: 'There is no pumpsLive.' })
    expect(live.status).toMatchObject({ kind: 'closed', error })
    await expect((async () => { for await (const _ of live) throw new Error('nothing comes') })()).rejects.toBe(error)
  })

  test('an error without data in the stream is one of the subscription; an error of a field is data', async () => {
    const { server, client } = await open(transport)
    const live = client.live<Pumps>(document)
    const deltas = live[Symbol.asyncIterator]()
    const kinds = statusesOf(live)
    const first = await server.subscription()
    const problem = { message: 'no telemetry', path: ['pumpsLive', 'node', 'flow'], extensions: { code: 'TELEMETRY_UNAVAILABLE' } }
    first.next({ data: { pumpsLive: { kind: 'SNAPSHOT', cursor: 's1', id: 'p1', node: { name: 'p1' } } }, errors: [problem] })
    expect((await deltas.next()).value).toMatchObject({ kind: 'SNAPSHOT', id: 'p1', problems: [problem] })
    first.next({ data: null, errors: [{ message: 'The store is away.', extensions: { code: 'STORE_UNAVAILABLE', retryable: true } }] })
    await until(() => kinds.includes('waiting'))
    const second = await server.subscription()
    second.next({ data: null, errors: [{ message: 'Too much.', extensions: { code: 'LIST_TOO_LONG', retryable: false } }] })
    await expect(live.caughtUp()).rejects.toMatchObject({ code: 'LIST_TOO_LONG' })
    await second.ended
  })

  test('a server that ends a stream is asked again', async () => {
    const { server, client } = await open(transport)
    const live = client.live<Pumps>(document)
    const first = await server.subscription()
    say(first, 'CAUGHT_UP', 'c0')
    await live.caughtUp()
    first.complete()
    expect((await server.subscription()).variables).toEqual({ after: 'c0' })
  })

  test('a connection that has died in silence is replaced', async () => {
    const { server, client } = await open(transport, { silenceMs: 200 })
    const live = client.live<Pumps>(document)
    const first = await server.subscription()
    say(first, 'CAUGHT_UP', 'c0')
    await live.caughtUp()
    const kinds = statusesOf(live)
    server.isMute = true
    await until(() => kinds.includes('waiting'))
    server.isMute = false
    expect((await server.subscription()).variables).toEqual({ after: 'c0' })
  })

  test('closing ends the subscription at the server, and every iteration', async () => {
    const { server, client } = await open(transport)
    const live = client.live<Pumps>(document)
    const subscription = await server.subscription()
    const iteration = live[Symbol.asyncIterator]().next()
    live.close()
    live.close()
    await subscription.ended
    expect(await iteration).toEqual({ done: true, value: undefined })
    await client.dispose()
    await until(() => server.connectionCount === 0)
    expect(() => client.live(document)).toThrow(TwinfoldError)
  })
})

test('a document that cannot resume begins anew, and what was known stays until the new answer is whole', async () => {
  const { server, client } = await open()
  const live = client.live<Pumps>(withoutAfter)
  const kinds: string[] = []
  const reading = (async () => { for await (const { kind } of live) kinds.push(kind) })()
  const first = await server.subscription()
  say(first, 'SNAPSHOT', 's0', 'p1')
  say(first, 'CAUGHT_UP', 'c0')
  await live.caughtUp()
  first.cut()
  const second = await server.subscription()
  expect(second.variables).toEqual({})
  say(second, 'SNAPSHOT', 's0', 'p2')
  await until(() => kinds.at(-1) === 'SNAPSHOT' && kinds.length > 3)
  expect(names(live)).toEqual(['p1'])
  say(second, 'CAUGHT_UP', 'c0')
  expect(names(await live.caughtUp())).toEqual(['p2'])
  live.close()
  await reading
  expect(kinds).toEqual(['SNAPSHOT', 'CAUGHT_UP', 'RESET', 'SNAPSHOT', 'CAUGHT_UP'])
})

test.each([[1000, true], [1001, true], [1011, true], [1012, true], [4408, true], [4429, true], [4500, true], [4400, false], [4401, false], [4403, false], [1009, false]])('after a closing with %i, that it tries again is %s', async (code, isRetried) => {
  const { server, client } = await open()
  const live = client.live<Pumps>(document)
  const first = await server.subscription()
  say(first, 'CAUGHT_UP', 'c0')
  await live.caughtUp()
  first.close(code, 'why')
  if (isRetried) {
    const second = await server.subscription()
    expect(second.variables).toEqual({ after: 'c0' })
    expect(live.status.kind).toBe('connecting')
  } else {
    await until(() => live.status.kind === 'closed')
    expect(live.status).toMatchObject({ error: { code: 'CONNECTION_REFUSED', message: `The connection was closed with ${code}: why.` } })
  }
})

test('one broken socket ends many live queries, and each goes on from its own cursor, over one new socket', async () => {
  const { server, client } = await open('websocket', { webSocketImpl: WebSocket })
  const lives = Array.from({ length: 5 }, () => client.live<Pumps>(document))
  const subscriptions: ScriptedSubscription[] = []
  for (const [index, live] of lives.entries()) {
    const subscription = await server.subscription()
    say(subscription, 'CAUGHT_UP', `c${index}`)
    await live.caughtUp()
    subscriptions.push(subscription)
  }
  expect(server.connectionCount).toBe(1)
  subscriptions[0]?.close(1012)
  const next = await Promise.all(lives.map(() => server.subscription()))
  expect(next.map(({ variables }) => variables['after']).sort()).toEqual(['c0', 'c1', 'c2', 'c3', 'c4'])
  await until(() => server.connectionCount === 1)
})

test('who begins to iterate late is told first what is there', async () => {
  const { server, client } = await open()
  const live = client.live<Pumps>(document)
  const subscription = await server.subscription()
  say(subscription, 'SNAPSHOT', 's1', 'p1')
  say(subscription, 'CAUGHT_UP', 'c0')
  say(subscription, 'CHANGE', 'c1', 'p1', 'renamed')
  await until(() => live.cursor === 'c1')
  const deltas = live[Symbol.asyncIterator]()
  const taken = [await deltas.next(), await deltas.next()].map(({ value }) => value as LiveDelta<Pump>)
  expect(taken).toEqual([{ kind: 'SNAPSHOT', cursor: 'c1', id: 'p1', node: { name: 'renamed' }, changed: null, problems: [] }, { kind: 'CAUGHT_UP', cursor: 'c1' }])
})

test('snapshots are the same object until there is something new, and listeners are called once for many changes', async () => {
  const { server, client } = await open()
  const live = client.live<Pumps>(document)
  const subscription = await server.subscription()
  say(subscription, 'CAUGHT_UP', 'c0')
  await live.caughtUp()
  const before = live.getSnapshot()
  expect(live.getSnapshot()).toBe(before)
  const listener = vi.fn()
  const end = live.subscribe(listener)
  say(subscription, 'ENTER', 'c1', 'p1')
  await until(() => listener.mock.calls.length > 0)
  expect(listener).toHaveBeenCalledTimes(1)
  expect(live.getSnapshot()).not.toBe(before)
  expect(live.getSnapshot().nodes).toBe(live.getSnapshot().nodes)
  expect([...before.nodes]).toEqual([])
  end()
  say(subscription, 'LEAVE', 'c2', 'p1')
  await until(() => live.cursor === 'c2')
  expect(listener).toHaveBeenCalledTimes(1)
})

test.each(['kind', 'cursor', 'id', 'node'])('a document that does not select %s is refused with a word on it', async (field) => {
  const { server, client } = await open()
  const live = client.live<Pumps>(document)
  const { [field]: _, ...rest } = { kind: 'ENTER', cursor: 'c1', id: 'p1', node: { name: 'p1' } } as Readonly<Record<string, unknown>>
  const subscription = await server.subscription()
  subscription.next({ data: { pumpsLive: rest } })
  await expect(live.caughtUp()).rejects.toMatchObject({ code: 'UNFIT_DOCUMENT', message: expect.stringContaining(`\`${field}\``) as string })
  await subscription.ended
})

test('headers are asked for anew at each connection', async () => {
  let count = 0
  const { server, client } = await open('websocket', { headers: () => ({ authorization: `token ${++count}` }) })
  client.live<Pumps>(document)
  const first = await server.subscription()
  expect(first.headers).toEqual({ authorization: 'token 1' })
  first.cut()
  expect((await server.subscription()).headers).toEqual({ authorization: 'token 2' })
})

test('subscriptions that wait to try again do so at once when another finds the server back', async () => {
  const { server, client } = await open('websocket', { backoff: { baseMs: 3_600_000, maxMs: 3_600_000 } })
  const live = client.live<Pumps>(document)
  const first = await server.subscription()
  say(first, 'CAUGHT_UP', 'c0')
  await live.caughtUp()
  first.cut()
  await until(() => live.status.kind === 'waiting')
  client.live<Pumps>(document, { status: 'DOWN' })
  const both = [await server.subscription(), await server.subscription()]
  expect(both.map(({ variables }) => variables)).toEqual(expect.arrayContaining([{ status: 'DOWN' }, { after: 'c0' }]))
})
