import { setTimeout as wait } from 'node:timers/promises'
import { createTwinfoldClient, type TwinfoldClient, TwinfoldError } from '../../sdk/src/index.ts'
import { gaugeModel, gaugeTwins } from './live-gauges.ts'
import type { Server } from './server.ts'

/** Chance with a seed: Mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function createChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6D2B79F5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const text = (name: string) => ({ '@type': 'Property', name, schema: 'string' })
const models = [
  gaugeModel,
  { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:storm:Shore;1', '@type': 'Interface', contents: [text('name')] },
  { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:storm:Buoy;1', '@type': 'Interface', contents: [text('status'), text('note'), { '@type': 'Relationship', name: 'near', target: 'dtmi:storm:Shore;1' }] },
]
const shores = ['west', 'east']
const buoys = Array.from({ length: 30 }, (_, index) => `buoy-${index}`)

/** What clients watch: a query, and the same as a live query. By a property, by topology, with nested twins, without a way to resume, and by telemetry. */
export const watched = [
  { of: 'buoys', arguments: 'where: { status: { eq: "DOWN" } }', selection: '_id status note', canResume: true },
  { of: 'buoys', arguments: 'where: { near: { some: { name: { eq: "west" } } } }', selection: '_id near(sort: [{ _id: ASC }]) { _id name }', canResume: true },
  { of: 'buoys', arguments: 'where: { status: { in: ["DOWN", "ODD"] }, near: { some: { name: { eq: "east" } } } }', selection: '_id note', canResume: false },
  { of: 'gauges', arguments: 'where: { height: { latest: { gt: 50 } } }', selection: '_id height { latest { value } }', canResume: true },
] as const

export const liveDocument = ({ of, arguments: given, selection, canResume }: (typeof watched)[number]): string =>
  `subscription${canResume ? ' ($after: Cursor)' : ''} { ${of}Live(${given}, atMostEvery: "PT0.05S"${canResume ? ', after: $after' : ''}) { kind cursor id node { ${selection} } } }`

export const feedDocument = 'subscription ($after: Cursor) { changes(after: $after) { __typename ... on Change { cursor kind twinId } ... on Gap { from to } ... on CaughtUp { cursor } } }'

/** Twins by id, as a query has them now. */
export async function answerOf(server: Server, { of, arguments: given, selection }: (typeof watched)[number]): Promise<ReadonlyMap<string, unknown>> {
  const { answer } = await server.ask<{ readonly answer: readonly { readonly _id: string }[] }>(`{ answer: ${of}(${given}) { ${selection} } }`)
  return new Map(answer.map((twin) => [twin._id, twin]))
}

/** `cursor kind twin` of every change behind a place, as the journal has them. */
export async function changesBehind(server: Server, start: string): Promise<readonly string[]> {
  const changes: string[] = []
  for (let [after, hasMore] = [start, true]; hasMore;) {
    const { changes: page } = await server.ask<{ readonly changes: { readonly edges: readonly { readonly node: Told }[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string } } }>(
      'query ($after: Cursor) { changes(after: $after, first: 1000) { edges { node { cursor kind twinId } } pageInfo { hasNextPage endCursor } } }', { after })
    changes.push(...page.edges.map(({ node }) => toLine(node)))
    ;({ hasNextPage: hasMore, endCursor: after } = page.pageInfo)
  }
  return changes
}

export interface Told {
  readonly cursor: string
  readonly kind: string
  readonly twinId: string
}
export const toLine = ({ cursor, kind, twinId }: Told): string => `${cursor} ${kind} ${twinId}`

/** Two shores, their buoys, and gauges; resolves to the cursor behind their creation. Every sea of a store has a prefix of its own. */
export async function createSea(server: Pick<Server, 'ask'>, prefix = ''): Promise<string> {
  await server.ask('mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: models })
  const twins = [
    ...gaugeTwins.map(({ id, model }) => ({ id: prefix + id, model })),
    ...shores.map((name) => ({ id: prefix + name, model: 'dtmi:storm:Shore;1', properties: { name } })),
    ...buoys.map((id, index) => ({ id: prefix + id, model: 'dtmi:storm:Buoy;1', properties: { status: 'OK' }, relationships: [{ name: 'near', to: `${prefix}${shores[index % 2] ?? ''}`, id: 'near' }] })),
  ]
  const { createTwins } = await server.ask<{ readonly createTwins: { readonly cursor?: string } }>('mutation ($twins: [TwinInput!]!) { createTwins(twins: $twins) { ... on CreateTwinsSuccess { cursor } } }', { twins })
  if (createTwins.cursor === undefined) throw new Error('The sea was refused.')
  return createTwins.cursor
}

/** Changes the sea until it is stopped; where there is no server, it waits for one. */
export async function disturb(url: () => string, random: () => number, signal: AbortSignal): Promise<number> {
  let count = 0
  while (!signal.aborted) {
    await using client = createTwinfoldClient({ url: `${url()}/graphql`, timeoutMs: 10_000 })
    try {
      for (const at = url(); !signal.aborted && url() === at; count++) await change(client, random)
    } catch (error) {
      if (!(error instanceof TwinfoldError && (error.isRetryable || error.code === 'OUTCOME_UNKNOWN'))) throw error // killed amid the mutation: the journal tells whether it happened
      await wait(100)
    }
  }
  return count
}

async function change(client: TwinfoldClient, random: () => number): Promise<void> {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T // from 0 up to the length, which is not 0
  const [id, to] = [pick(buoys), pick(shores)]
  const kind = random()
  if (kind < 0.6) await client.mutate('mutation ($id: ID!, $patch: JSON!) { updateTwin(id: $id, patch: $patch) { __typename } }', { id, patch: { status: pick(['OK', 'DOWN', 'ODD']), note: String(random()) } })
  else if (kind < 0.75) await client.mutate('mutation ($key: [RelationshipKey!]!) { unrelate(relationships: $key) { __typename } }', { key: [{ from: id, name: 'near', to }] })
  else if (kind < 0.9) await client.mutate('mutation ($given: [RelationshipInput!]!) { relate(relationships: $given) { __typename } }', { given: [{ from: id, name: 'near', to, id: 'near' }] })
  else if (kind < 0.94) await client.mutate('mutation ($ids: [ID!]!) { deleteTwins(ids: $ids, cascade: true) { __typename } }', { ids: [id] })
  else await client.mutate('mutation ($twins: [TwinInput!]!) { createTwins(twins: $twins) { __typename } }', { twins: [{ id, model: 'dtmi:storm:Buoy;1', properties: { status: pick(['OK', 'DOWN']) }, relationships: [{ name: 'near', to, id: 'near' }] }] })
}
