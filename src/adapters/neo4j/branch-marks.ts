import { relationshipKey } from '../../twin/state.ts'
import type { Writes } from '../../twin/writes.ts'
import type { Neo4jTransaction } from './database.ts'

/**
 * Scenarios that have a twin, or a relationship, of their own under an id that comes to be: the new one is hidden from them from its beginning. What they said of
 * another that had the id before is not said of it. `chain`: the scenario that is written into, and those it branches off from, whose own lies below.
 */
const text = `CALL () {
  UNWIND $b.ids AS id MATCH (w:_In {_t: $b.t, _id: id}) USING INDEX SEEK w:_In(_t, _id) WHERE w:_Own AND NOT w._s IN $b.chain
  RETURN collect([id, w._s]) AS things
}
CALL () {
  UNWIND $b.links AS row
  MATCH (k:_Link) USING INDEX SEEK k:_Link(_t, _id, name, rid, _s) WHERE k._t = $b.t AND k._id = row.from AND k.name = row.name AND k.rid = row.id AND k._s > 0
  WITH row, k WHERE k._forsaken IS NULL AND NOT k._s IN $b.chain
  RETURN collect([row.from, row.name, row.id, k._s]) AS relationships
}
RETURN things, relationships`

/** The numbers of the scenarios that a new thing is hidden from. */
export interface Marks {
  /** The columns of a twin. */
  of(id: string): Readonly<Record<string, unknown>>
  /** The columns of a relationship. */
  ofRelationship(from: string, name: string, id: string): Readonly<Record<string, unknown>>
}

export const noMarks: Marks = { of: () => ({}), ofRelationship: () => ({}) }

/** Nothing is looked for in a tenant that never had a scenario, nor for a group that makes nothing. */
export async function readMarks(tx: Neo4jTransaction, tenant: string, { creates, links, scenario }: Pick<Writes, 'creates' | 'links' | 'scenario'>, lastScenario: number): Promise<Marks> {
  if (lastScenario === 0 || creates.length + links.length === 0) return noMarks
  const ids = creates.map(({ id }) => id)
  const chain = scenario?.chain.map(BigInt) ?? []
  const { things, relationships } = await tx.run({ text, parameters: { b: { t: tenant, ids, chain, links: links.map(({ from, name, id }) => ({ from, name, id })) } } })
  const marks = new Map<string, bigint[]>()
  const mark = (key: string, number: number): void => void marks.set(key, [...(marks.get(key) ?? []), BigInt(number)])
  for (const [id, number] of things as readonly (readonly [string, number])[]) mark(id, number)
  for (const [from, name, id, number] of relationships as readonly (readonly [string, string, string, number])[]) mark(relationshipKey(from, name, id), number)
  const of = (key: string): Readonly<Record<string, unknown>> => (marks.has(key) ? { _not: marks.get(key) } : {})
  return { of, ofRelationship: (from, name, id) => of(relationshipKey(from, name, id)) }
}
