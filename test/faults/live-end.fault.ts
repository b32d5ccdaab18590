import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createClient } from 'graphql-ws'
import { expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createTwinfoldClient, TwinfoldError, type TwinfoldClient } from '../../sdk/src/index.ts'
import { openTestApp } from '../support/app.ts'
import { createSea, feedDocument, liveDocument, type Told, watched } from './live-town.ts'
import { createDataDirectory, startServer } from './server.ts'

test('a server that is asked to stop amid mutations tells its subscribers of all that were acknowledged, then closes with 1001', async () => {
  await using server = await startServer({ data: await createDataDirectory() })
  const start = await createSea(server, 'end-')
  const closing = Promise.withResolvers<{ readonly code: number }>()
  const subscriber = createClient({ url: `${server.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, on: { closed: (event) => { closing.resolve(event as { readonly code: number }) } } })
  const told: string[] = []
  subscriber.subscribe<{ changes: Told }>({ query: feedDocument, variables: { after: start } }, { next: ({ data }) => { if (data?.changes.cursor) told.push(data.changes.cursor) }, error: () => undefined, complete: () => undefined })

  await using client = createTwinfoldClient({ url: `${server.url}/graphql` })
  const acknowledged: string[] = []
  const mutating = [0, 1, 2, 3].map((index) => mutateUntilRefused(client, `end-buoy-${index}`, acknowledged))
  await vi.waitFor(() => { expect(acknowledged.length).toBeGreaterThan(50) }, { timeout: 30_000, interval: 5 })
  await server[Symbol.asyncDispose]()
  await Promise.all(mutating)
  expect(await closing.promise).toMatchObject({ code: 1001 })
  const known = new Set(told)
  expect(acknowledged.filter((cursor) => !known.has(cursor))).toEqual([])
}, 120_000)

/** As a client does who is told of success, or not. */
async function mutateUntilRefused(client: TwinfoldClient, id: string, acknowledged: string[]): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      const { data } = await client.mutate<{ updateTwin: { cursor: string } }>('mutation ($id: ID!, $patch: JSON!) { updateTwin(id: $id, patch: $patch) { ... on UpdateTwinSuccess { cursor } } }', { id, patch: { note: String(n) } })
      acknowledged.push(data.updateTwin.cursor)
    } catch (error) {
      if (error instanceof TwinfoldError && error.isRetryable) return
      throw error
    }
  }
}

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void
/** In bytes, of what is reachable. */
function heap(): number {
  for (let round = 0; round < 3; round++) collect()
  return process.memoryUsage().heapUsed
}

test('subscribers who come and go while nothing happens leave nothing behind, neither here nor in the server', async () => {
  await using town = await openTestApp()
  await createSea({ ask: async <T>(query: string, variables?: Readonly<Record<string, unknown>>) => await town.data(query, variables) as T })
  const url = `${town.url}/graphql`
  const comeAndGo = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) {
      await using client = createTwinfoldClient({ url, transport: time % 2 === 0 ? 'websocket' : 'sse' })
      for (let round = 0; round < 5; round++) {
        const lives = watched.map((query) => client.live(liveDocument(query)))
        const feed = client.feed(feedDocument)
        for (const live of lives) await live.caughtUp()
        await feed.next()
        for (const { close } of [...lives, feed]) close()
      }
    }
  }
  const idle = () => vi.waitFor(async () => {
    expect(await (await fetch(`${town.url}/metrics`)).text()).toMatch(/^twinfold_live_sockets 0\n[^]*^twinfold_live_subscriptions 0\n[^]*^twinfold_live_buffered_bytes 0$/m)
  }, { timeout: 20_000, interval: 20 })
  await comeAndGo(30)
  await idle()
  const [bytes, timers] = [heap(), process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length]
  await comeAndGo(100)
  await idle()
  const subscriptions = 100 * 5 * 4
  expect((heap() - bytes) / subscriptions, 'bytes that a subscription leaves').toBeLessThan(1_000)
  await vi.waitFor(() => { expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBeLessThanOrEqual(timers + 5) }, { timeout: 20_000, interval: 50 })
}, 240_000)
