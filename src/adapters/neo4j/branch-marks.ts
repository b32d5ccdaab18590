import { relationshipKey } from '../../twin/state.ts'
import type { Writes } from '../../twin/writes.ts'
import type { Neo4jTransaction } from './database.ts'

const sayingOf = (label: '_Mask' | '_Link'): string =>
  `MATCH (k:${label}) USING INDEX SEEK k:${label}(_t, _id, name, rid, _s) WHERE k._t = $b.t AND k._id = row.from AND k.name = row.name AND k.rid = row.id AND k._s > 0`

/**
 * What scenarios have said already of ids and relationships that come to be: words on them, twins and relationships of their own under the same id.
 * The new ones are marked from their beginning. `chain`: the scenario that is written into, and those it branches off from, whose words are about what lies below.
 */
const text = `CALL () {
  UNWIND $b.ids AS id MATCH (w:_In {_t: $b.t, _id: id}) USING INDEX SEEK w:_In(_t, _id) WHERE (w:_Word OR w:_Own) AND NOT w._s IN $b.chain
  RETURN collect([id, w._s, w:_Own OR coalesce(w._gone, false)]) AS things
}
CALL () {
  UNWIND $b.links AS row
  CALL (row) {
    ${sayingOf('_Mask')} RETURN k._s AS number
    UNION ${sayingOf('_Link')} RETURN k._s AS number
  }
  WITH row, number WHERE NOT number IN $b.chain
  RETURN collect([row.from, row.name, row.id, number]) AS relationships
}
RETURN things, relationships`

/** The numbers of the scenarios that have a word on a thing, and of those that it is hidden from. */
export interface Marks {
  /** The columns of a twin or component. */
  of(id: string): Readonly<Record<string, unknown>>
  /** The columns of a relationship. */
  ofRelationship(from: string, name: string, id: string): Readonly<Record<string, unknown>>
}

export const noMarks: Marks = { of: () => ({}), ofRelationship: () => ({}) }

/** Nothing is looked for in a tenant that never had a scenario, nor for a group that makes nothing. */
export async function readMarks(tx: Neo4jTransaction, tenant: string, { creates, links, scenario }: Pick<Writes, 'creates' | 'links' | 'scenario'>, lastScenario: number): Promise<Marks> {
  if (lastScenario === 0 || creates.length + links.length === 0) return noMarks
  const ids = creates.flatMap(({ id, components }) => [id, ...components.map((part) => part.id)])
  const chain = scenario?.chain.map(BigInt) ?? []
  const { things, relationships } = await tx.run({ text, parameters: { b: { t: tenant, ids, chain, links: links.map(({ from, name, id }) => ({ from, name, id })) } } })
  const marks = new Map<string, Record<string, bigint[]>>()
  const mark = (key: string, column: '_in' | '_not', number: number): void => {
    const columns = marks.get(key) ?? {}
    marks.set(key, { ...columns, [column]: [...(columns[column] ?? []), BigInt(number)] })
  }
  for (const [id, number, isHidden] of things as readonly (readonly [string, number, boolean])[]) mark(id, isHidden ? '_not' : '_in', number)
  for (const [from, name, id, number] of relationships as readonly (readonly [string, string, string, number])[]) mark(relationshipKey(from, name, id), '_not', number)
  return { of: (id) => marks.get(id) ?? {}, ofRelationship: (from, name, id) => marks.get(relationshipKey(from, name, id)) ?? {} }
}
