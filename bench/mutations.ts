import type { Neo4jDatabase } from '../src/adapters/neo4j/database.ts'
import { ask } from './reads.ts'

/** Mutations a second of each way, all with as many in flight, each for as long. */
export interface MutationRates {
  readonly twinfoldHttp: number
  readonly stockHttp: number | string
  /** One transaction each through the driver: the bare SET. */
  readonly bare: number
  /** One transaction each: the head's lock, the past state as journal entry, the SET. */
  readonly oneByOne: number
  readonly twinfoldService: number
}

const bareText = 'MATCH (n:Twin {_t: $b.t, _id: $b.id}) SET n.weight = $b.weight, n._v = n._v + 1 RETURN n._v AS v'

const oneByOneText = `MATCH (h:_Head {_t: $b.t}) SET h.lock = timestamp() WITH h, timestamp() AS now SET h.at = CASE WHEN now > h.at THEN now ELSE h.at + 1 END, h.seq = h.seq + 1 WITH h
  MATCH (n:Twin {_t: $b.t, _id: $b.id})
  CREATE (v:_J:_Past:$([l IN labels(n) WHERE l <> 'Twin' | '_was_' + l])) SET v = properties(n), v._to = h.at, v.seq = h.seq, v.op = 'update', v.patch = $b.patch
  SET n.weight = $b.weight, n._since = h.at, n._v = n._v + 1 RETURN n._v AS v`

export async function rateMutations(
  { database, tenant, twinfold, stock, update }: { database: Neo4jDatabase; tenant: string; twinfold: string; stock: string; update: (id: string, weight: number) => Promise<unknown> },
  { inFlight, seconds }: { readonly inFlight: number; readonly seconds: number },
): Promise<MutationRates> {
  const rate = (work: (id: string, weight: number) => Promise<unknown>): Promise<number> => throughput(inFlight, seconds, work)
  const statement = (text: string) => (id: string, weight: number) => database.write({ text, parameters: { b: { t: tenant, id, weight, patch: JSON.stringify({ weight }) } } })
  const bare = await rate(statement(bareText))
  const oneByOne = await rate(statement(oneByOneText))
  const twinfoldService = await rate(update)
  const twinfoldHttp = await rate((id, weight) => ask(twinfold, 'mutation($id: ID!, $patch: JSON!) { updateTwin(id: $id, patch: $patch) { __typename } }', { id, patch: { weight } }))
  const stockHttp = await rate((id, weight) => ask(stock, 'mutation($id: ID!, $w: Float) { updatePumps(where: { _id: { eq: $id } }, update: { weight: { set: $w } }) { info { nodesCreated } } }', { id, w: weight })).catch((error: unknown) => String(error))
  return { twinfoldHttp, stockHttp, bare, oneByOne, twinfoldService }
}

async function throughput(inFlight: number, seconds: number, work: (id: string, weight: number) => Promise<unknown>): Promise<number> {
  let [count, next] = [0, 0]
  const run = async (until: number): Promise<void> => {
    while (performance.now() < until) {
      const n = next++
      await work(`pump-${(n * 7919) % 20_000}`, n % 100)
      count++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, () => run(performance.now() + 2_000))) // warm-up
  count = 0
  const start = performance.now()
  await Promise.all(Array.from({ length: inFlight }, () => run(start + seconds * 1_000)))
  return count / ((performance.now() - start) / 1_000)
}
