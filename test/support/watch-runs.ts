import { createClient } from 'graphql-ws'
import { expect } from 'vitest'
import { WebSocket } from 'ws'
import type { RunSite } from './runs.ts'

/** A subscription to `runProgressed`. */
export interface RunWatch extends AsyncDisposable {
  /** Resolves when the server has it. */
  readonly opened: Promise<void>
  /** Resolves when the server completes it. */
  readonly done: Promise<void>
  /** The states that were told of a run, those that follow each other alike once. */
  statesOf(run: string): readonly string[]
  /** Resolves when it was told. */
  until(run: string, state: string): Promise<void>
}

interface Told {
  readonly id: string
  readonly state: string
}

export function watchRuns({ url }: Pick<RunSite, 'url'>, variables: Readonly<Record<string, unknown>>): RunWatch {
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: true, retryAttempts: 0 })
  const told: Told[] = []
  const opened = Promise.withResolvers<undefined>()
  const done = Promise.withResolvers<undefined>()
  done.promise.catch(() => undefined) // whoever waits for it is told
  client.on('pong', () => { opened.resolve(undefined) })
  client.on('connected', (socket) => { setImmediate(() => { (socket as WebSocket).send(JSON.stringify({ type: 'ping' })) }) }) // answered after the subscription was begun
  client.subscribe<{ readonly runProgressed: Told }>({ query: 'subscription ($ids: [ID!], $where: RunProgressWhere) { runProgressed(ids: $ids, where: $where) { id state } }', variables }, {
    next: ({ data, errors }) => {
      if (data) told.push(data.runProgressed)
      else done.reject(new Error(JSON.stringify(errors)))
    },
    error: (error) => { done.reject(error instanceof Error ? error : new Error(JSON.stringify(error))) },
    complete: () => { done.resolve(undefined) },
  })
  const statesOf = (run: string): readonly string[] => told.filter(({ id }) => id === run).map(({ state }) => state).filter((state, index, all) => state !== all[index - 1])
  return {
    opened: opened.promise, done: done.promise, statesOf,
    until: async (run, state) => { await expect.poll(() => statesOf(run), { timeout: 45_000, interval: 20 }).toContain(state) },
    [Symbol.asyncDispose]: async () => { await client.dispose() },
  }
}
