import { Agent, request } from 'node:http'
import type { Neo4jDatabase } from '../src/adapters/neo4j/database.ts'

export interface ReadCase {
  readonly name: string
  /** For both GraphQL servers; `stock` where its dialect differs. */
  readonly query: string
  readonly stock?: string
  readonly variables?: Readonly<Record<string, unknown>>
  /** What one would write by hand, through the driver. */
  readonly cypher: string
}

/** Every twin of a fresh choice a call, so that no cache of results can help; `n` is the call's number. */
export const readCases = (label: string, tenant: string): readonly ((n: number) => ReadCase)[] => [
  (n) => ({
    name: 'point', query: 'query($id: ID!) { pump(id: $id) { _id name status weight ratedFlow } }', variables: { id: `pump-${(n * 7919) % 20_000}` },
    stock: 'query($id: ID!) { pumps(where: { _id: { eq: $id } }) { _id name status weight ratedFlow } }',
    cypher: `MATCH (n:Twin {_t: '${tenant}', _id: $id}) WHERE n:Pump RETURN n {._id, .name, .status, .weight, .ratedFlow} AS value`,
  }),
  () => ({
    name: 'filtered, first 50', query: '{ probes(where: { status: { eq: "FAULT" } }, sort: [{ _id: ASC }], limit: 50) { _id name weight range } }',
    cypher: `MATCH (n:Probe&${label}) WHERE n.status = 'FAULT' WITH n ORDER BY n._id LIMIT 50 RETURN collect(n {._id, .name, .weight, .range}) AS value`,
  }),
  (n) => ({
    name: 'three levels', variables: { id: `area-${n % 100}` },
    query: 'query($id: ID!) { area(id: $id) { name contains(where: { status: { eq: "OK" } }, limit: 20) { _id name feeds { _id name feeds { _id name } } } } }',
    stock: 'query($id: ID!) { areas(where: { _id: { eq: $id } }) { name contains(where: { status: { eq: "OK" } }, limit: 20) { _id name feeds { _id name feeds { _id name } } } } }',
    cypher: `MATCH (a:Twin {_t: '${tenant}', _id: $id}) WHERE a:Area
      CALL (a) { MATCH (a)-[:contains]->(e:Equipment) WHERE e.status = 'OK' WITH e LIMIT 20
        CALL (e) { MATCH (e)-[:feeds]->(f:Equipment) CALL (f) { MATCH (f)-[:feeds]->(g:Equipment) RETURN collect(g {._id, .name}) AS feeds } RETURN collect(f {._id, .name, feeds: feeds}) AS feeds }
        RETURN collect(e {._id, .name, feeds: feeds}) AS contains }
      RETURN a {.name, contains: contains} AS value`,
  }),
  () => ({
    name: 'list of 1,000', query: '{ valves(limit: 1000) { _id name status weight serial opening } }',
    cypher: `MATCH (n:Valve&${label}) WITH n LIMIT 1000 RETURN collect(n {._id, .name, .status, .weight, .serial, .opening}) AS value`,
  }),
  () => ({
    name: 'aggregate', query: '{ pumpsConnection { aggregate { count { nodes } node { ratedFlow { min max average } } } } }',
    cypher: `MATCH (n:Pump&${label}) RETURN {count: count(n), min: min(n.ratedFlow), max: max(n.ratedFlow), average: avg(n.ratedFlow)} AS value`,
  }),
]

export interface Timing {
  readonly name: string
  readonly twinfold: number
  readonly stock: number | string
  readonly driver: number
}

/** Medians in ms of interleaved calls, one at a time: each round asks all three, so that noise of the machine meets all alike. */
export async function timeReads(cases: readonly ((n: number) => ReadCase)[], rounds: number, { twinfold, stock, database }: { twinfold: string; stock: string; database: Neo4jDatabase }): Promise<readonly Timing[]> {
  const timings: Timing[] = []
  for (const makeCase of cases) {
    const samples = { twinfold: [] as number[], stock: [] as number[], driver: [] as number[] }
    let stockError: string | undefined
    for (let n = 0; n < rounds + 10; n++) {
      const { query, stock: stockQuery = query, variables = {}, cypher } = makeCase(n)
      const ours = await timed(() => ask(twinfold, query, variables))
      const theirs = stockError === undefined ? await timed(() => ask(stock, stockQuery, variables)).catch((error: unknown) => { stockError = String(error); return 0 }) : 0
      const hand = await timed(() => database.read({ text: cypher, parameters: variables }))
      if (n < 10) continue // warm-up: plans, compiled statements, JIT
      samples.twinfold.push(ours)
      samples.stock.push(theirs)
      samples.driver.push(hand)
    }
    timings.push({ name: makeCase(0).name, twinfold: median(samples.twinfold), stock: stockError ?? median(samples.stock), driver: median(samples.driver) })
  }
  return timings
}

const agent = new Agent({ keepAlive: true, maxSockets: 512 })

/** Over a kept connection, with little of its own: fetch alone takes longer than some of the answers. */
export async function ask(url: string, query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const body = JSON.stringify({ query, variables })
  const asked = request(`${url}/graphql`, { agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (response) => {
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part)).on('end', () => { resolve(Buffer.concat(parts).toString()) }).on('error', reject)
  })
  asked.on('error', reject).end(body)
  const answer = JSON.parse(await promise) as { readonly data?: unknown; readonly errors?: readonly { readonly message: string }[] }
  if (answer.errors) throw new Error(answer.errors[0]?.message)
  return answer.data
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
