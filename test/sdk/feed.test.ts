import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createTwinfoldClient, type Feed, type FeedOptions } from '../../sdk/src/index.ts'
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts'

const document = 'subscription ($after: Cursor) { changes(after: $after) { __typename ... on Change { cursor } ... on CaughtUp { cursor } ... on Gap { from to } } }'
type Event = { readonly __typename: 'Change' | 'CaughtUp'; readonly cursor: string } | { readonly __typename: 'Gap'; readonly from: string; readonly to: string }

async function open(transport: 'websocket' | 'sse', options: FeedOptions = {}, after?: string): Promise<{ server: ScriptedServer; feed: Feed<Event> }> {
  const server = await startScriptedServer()
  const client = createTwinfoldClient({ url: server.url, transport, backoff: { baseMs: 20, maxMs: 40 } })
  onTestFinished(async () => {
    await client.dispose()
    await server[Symbol.asyncDispose]()
  })
  return { server, feed: client.feed<{ changes: Event }>(document, after === undefined ? {} : { after }, options) }
}

const change = (cursor: string) => ({ data: { changes: { __typename: 'Change', cursor } } })

async function take(feed: Feed<Event>, count: number): Promise<readonly (string | undefined)[]> {
  const taken: string[] = []
  while (taken.length < count) {
    const { value } = await feed.next()
    if (!value) throw new Error('The feed ended.')
    taken.push('cursor' in value ? value.cursor : `gap to ${value.to}`)
  }
  return taken
}

describe.each(['websocket', 'sse'] as const)('over %s', (transport) => {
  test('a feed gives every event once, though its connection breaks and the server repeats itself', async () => {
    const { server, feed } = await open(transport, {}, 'c0')
    const first = await server.subscription()
    expect(first.variables).toEqual({ after: 'c0' })
    for (const cursor of ['c1', 'c2']) first.next(change(cursor))
    expect(await take(feed, 2)).toEqual(['c1', 'c2'])
    first.cut()
    const second = await server.subscription()
    expect(second.variables).toEqual({ after: 'c2' })
    for (const cursor of ['c2', 'c3']) second.next(change(cursor))
    second.next({ data: { changes: { __typename: 'CaughtUp', cursor: 'c3' } } })
    expect(await take(feed, 2)).toEqual(['c3', 'c3'])
    expect(feed.cursor).toBe('c3')
  })

  test('a feed goes on behind a gap', async () => {
    const { server, feed } = await open(transport, {}, 'c0')
    const first = await server.subscription()
    first.next({ data: { changes: { __typename: 'Gap', from: 'c0', to: 'c7' } } })
    expect(await take(feed, 1)).toEqual(['gap to c7'])
    expect(feed.cursor).toBe('c7')
    first.cut()
    expect((await server.subscription()).variables).toEqual({ after: 'c7' })
  })

  test('a slow reader makes the feed pause, in bounded memory, and loses nothing', async () => {
    const statuses: string[] = []
    const { server, feed } = await open(transport, { bufferSize: 10, onStatus: ({ kind }) => statuses.push(kind) }, 'c0')
    const total = 95
    let next = 1
    const taken: (string | undefined)[] = []
    while (taken.length < total) {
      const subscription = await server.subscription()
      next = Number(String(subscription.variables['after']).slice(1)) + 1
      for (; next <= total; next++) subscription.next(change(`c${next}`)) // far more than the reader takes
      if (taken.length + 10 < total) await subscription.ended // it does not take more
      taken.push(...await take(feed, Math.min(10, total - taken.length)))
    }
    expect(taken).toEqual(Array.from({ length: total }, (_, index) => `c${index + 1}`))
    expect(statuses.filter((kind) => kind === 'paused').length).toBeGreaterThanOrEqual(9)
  })

  test('leaving the loop ends the feed at the server', async () => {
    const { server, feed } = await open(transport)
    const subscription = await server.subscription()
    subscription.next(change('c1'))
    for await (const event of feed) {
      expect(event).toEqual({ __typename: 'Change', cursor: 'c1' })
      break
    }
    await subscription.ended
    expect(feed.status).toEqual({ kind: 'closed' })
  })

  test('what came before a refusal is still taken, then the refusal is thrown', async () => {
    const { server, feed } = await open(transport)
    const subscription = await server.subscription()
    subscription.next(change('c1'))
    subscription.next({ data: null, errors: [{ message: 'no', extensions: { code: 'FORBIDDEN', retryable: false } }] })
    await vi.waitFor(() => { expect(feed.status.kind).toBe('closed') }, { timeout: 10_000, interval: 2 })
    expect(await take(feed, 1)).toEqual(['c1'])
    await expect(feed.next()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await feed.next()).toEqual({ done: true, value: undefined })
  })
})

test('a feed that could lose events is refused: one that cannot say where to go on, or does not ask where it is', async () => {
  const { server, feed } = await open('websocket')
  const client = createTwinfoldClient({ url: server.url })
  expect(() => client.feed('subscription { changes { ... on Change { cursor } } }')).toThrow(expect.objectContaining({ code: 'UNFIT_DOCUMENT' }))
  const subscription = await server.subscription()
  subscription.next({ data: { changes: { __typename: 'CaughtUp' } } })
  await expect(feed.next()).rejects.toMatchObject({ code: 'UNFIT_DOCUMENT' })
})
