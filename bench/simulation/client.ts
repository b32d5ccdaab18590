import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { ask } from '../reads.ts'
import { benchModels, linkTwin, nodeTwin, type WaterNetwork } from './networks.ts'

export interface EndedRun {
  readonly id: string
  readonly state: string
  readonly values: number
  readonly resultHash: string
  /** By the server's clock, from the first claim to the end. */
  readonly workedMs: number
  /** From sending the mutation to being told of the end. */
  readonly wholeMs: number
}

/** Starts a run and waits for its end, as a client does: a mutation, and a subscription. */
export async function runToEnd(url: string, mutation: 'startSimulation' | 'startSweep', input: object): Promise<EndedRun> {
  const type = mutation === 'startSimulation' ? 'StartSimulation' : 'StartSweep'
  const start = performance.now()
  const answer = await ask(url, `mutation($i: ${type}Input!) { ${mutation}(input: $i) { __typename ... on ${type}Success { run { id } } ... on Problem { message } } }`, { i: input }) as Readonly<Record<string, { readonly run?: { readonly id: string } }>>
  const id = answer[mutation]?.run?.id
  if (id === undefined) throw new Error(JSON.stringify(answer))
  await untilEnd(url, id)
  const wholeMs = performance.now() - start
  const { run } = await ask(url, 'query($id: ID!) { run(id: $id) { state values resultHash startedAt finishedAt failure { code message } } }', { id }) as { readonly run: { readonly state: string; readonly values: number; readonly resultHash: string; readonly startedAt: string; readonly finishedAt: string; readonly failure: unknown } }
  if (run.state !== 'SUCCEEDED') throw new Error(JSON.stringify(run))
  return { id, state: run.state, values: run.values, resultHash: run.resultHash, workedMs: Date.parse(run.finishedAt) - Date.parse(run.startedAt), wholeMs }
}

export async function untilEnd(url: string, id: string): Promise<void> {
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: true, retryAttempts: 0 })
  try {
    for await (const { data } of client.iterate<{ readonly runProgressed: { readonly state: string } }>({ query: 'subscription($ids: [ID!]) { runProgressed(ids: $ids) { state } }', variables: { ids: [id] } })) {
      if (['SUCCEEDED', 'FAILED', 'CANCELLED', 'TIMED_OUT'].includes(data?.runProgressed.state ?? '')) return
    }
  } finally {
    await client.dispose()
  }
}

/** The network's file as an artifact, and twins that are named after its elements, all related to one. Twins are made once for all servers of a graph. */
export async function load(url: string, network: WaterNetwork): Promise<void> {
  const put = await fetch(`${url}/artifacts/${network.sha256}`, { method: 'PUT', body: network.file as Uint8Array<ArrayBuffer> })
  if (!put.ok) throw new Error(await put.text())
  const { twin } = await ask(url, 'query($id: ID!) { twin(id: $id) { _id } }', { id: network.name }) as { readonly twin: unknown }
  if (twin) return // another server of this graph made it
  await ask(url, 'mutation($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: benchModels })
  const twins = [...network.nodes.map((id) => ({ id: nodeTwin(network.name, id), model: 'dtmi:bench:WaterNode;1' })), ...network.links.map((id) => ({ id: linkTwin(network.name, id), model: 'dtmi:bench:WaterLink;1' }))]
  for (let at = 0; at < twins.length; at += 500) await created(url, twins.slice(at, at + 500))
  await created(url, [{ id: network.name, model: 'dtmi:bench:WaterNetwork;1' }])
  for (let at = 0; at < twins.length; at += 500) {
    await ask(url, 'mutation($r: [RelationshipInput!]!) { relate(relationships: $r) { __typename ... on Problem { message } } }', { r: twins.slice(at, at + 500).map(({ id }) => ({ from: network.name, name: 'hasElement', to: id })) })
  }
}

async function created(url: string, twins: readonly object[]): Promise<void> {
  const { createTwins } = await ask(url, 'mutation($t: [TwinInput!]!) { createTwins(twins: $t) { __typename ... on Problem { message } } }', { t: twins }) as { readonly createTwins: { readonly __typename: string } }
  if (createTwins.__typename !== 'CreateTwinsSuccess') throw new Error(JSON.stringify(createTwins))
}
