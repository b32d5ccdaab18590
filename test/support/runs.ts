import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Data, TestApp } from './app.ts'

/** Where runs are: an app of this process, or a server of another. */
export type RunSite = Pick<TestApp, 'data' | 'url'>

/** What a mutation that starts a simulation answered. */
export async function startSimulation(app: RunSite, input: object): Promise<Data> {
  return (await app.data(`mutation ($input: StartSimulationInput!) { startSimulation(input: $input) {
    __typename ... on StartSimulationSuccess { isKnown cursor run { id state configHash } } ... on Problem { code message path } ... on NotFound { id } ... on Invalid { problems { code message path twin } }
  } }`, { input })).startSimulation as Data
}

/** The id of a run that was started, or known. */
export async function started(app: RunSite, input: object): Promise<string> {
  const answer = await startSimulation(app, input)
  if (answer.__typename !== 'StartSimulationSuccess') throw new Error(JSON.stringify(answer))
  return String(answer['run'].id)
}

const ends = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'TIMED_OUT']

/** The states that the subscription tells of, up to one that is enough. */
export async function follow(app: RunSite, id: string, isEnough: (state: string) => boolean, withinMs = 60_000): Promise<readonly string[]> {
  const client = createClient({ url: `${app.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: true, retryAttempts: 0 })
  const seen: string[] = []
  const late = setTimeout(() => { client.terminate() }, withinMs)
  try {
    for await (const { data, errors } of client.iterate<{ readonly runProgressed: { readonly state: string } }>({ query: 'subscription ($ids: [ID!]) { runProgressed(ids: $ids) { state } }', variables: { ids: [id] } })) {
      if (!data) throw new Error(JSON.stringify(errors))
      seen.push(data.runProgressed.state)
      if (isEnough(data.runProgressed.state)) break
    }
  } catch (error) {
    throw new Error(`The run ${id} came no further than ${seen.join(', ')} within ${withinMs} ms.`, { cause: error })
  } finally {
    clearTimeout(late)
    await client.dispose()
  }
  return seen
}

/** The run, as soon as it is in one of the states: told by the subscription. */
export async function ended(app: RunSite, id: string, states: readonly string[] = ends, withinMs = 60_000): Promise<Data> {
  const seen = await follow(app, id, (state) => states.includes(state) || ends.includes(state), withinMs)
  if (!states.includes(seen.at(-1) ?? '')) throw new Error(`The run came to ${seen.join(', ')}, and to none of ${states.join(', ')}.`)
  return (await app.data('query ($id: ID!) { run(id: $id) { id state progress configHash resultHash kpis values attempts failure { code message twin retryable } problems { severity code message twin count } } }', { id })).run as Data
}

/** What a mutation that takes a run's id answered. */
export async function changeRun(app: RunSite, mutation: 'cancelRun' | 'retryRun' | 'rerun', id: string): Promise<Data> {
  const success = { cancelRun: 'CancelRunSuccess', retryRun: 'RetryRunSuccess', rerun: 'RerunSuccess' }[mutation]
  return (await app.data(`mutation ($id: ID!) { ${mutation}(id: $id) { __typename ... on ${success} { run { id state repeats } } ... on Problem { code message } } }`, { id }))[mutation] as Data
}
