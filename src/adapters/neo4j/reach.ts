import Cypher from '@neo4j/cypher-builder'
import type { Vantage } from '../../domain/vantage.ts'
import { failure } from '../../errors.ts'
import type { Reach, Reached } from '../../telemetry/reach.ts'
import type { Neo4jDatabase } from './database.ts'

/** Names of relationships are part of the text; they are those of published models. A list of distinct ends lets Neo4j visit each twin once. */
export function createNeo4jReach(database: Pick<Neo4jDatabase, 'read'>, tenant: string): Reach {
  return {
    async reach(roots, over, maxDepth, { most, vantage, signal }) {
      const text = reachText(vantage, over, maxDepth, most)
      const { found } = await database.read({ text, parameters: { b: { t: tenant, roots, at: BigInt(vantage.at ?? 0), chain: vantage.chain.map(BigInt) } } }, { signal })
      const reached = (found as readonly (readonly [string, string, string])[]).map(([root, twin, model]): Reached => ({ root, twin, model }))
      if (reached.length > most) throw failure('LIST_TOO_LONG', { message: `More than ${most} twins are reached. Begin at fewer twins, follow fewer relationships, or take fewer steps.` })
      return reached
    },
  }
}

function reachText({ at, chain }: Pick<Vantage, 'at' | 'chain'>, over: readonly string[], maxDepth: number, most: number): string {
  const [isPast, isBranch] = [at !== undefined, chain.length > 0]
  const types = over.flatMap((name) => [name, ...(isPast ? [`_was_${name}`] : []), ...(isBranch ? [`_in_${name}`] : [])]).map((name) => Cypher.utils.escapeType(name))
  const condition = isPast || isBranch ? ` WHERE all(e IN es WHERE ${edgeExists(isPast, isBranch)})` : ''
  const hops = `MATCH (r)-[${condition === '' ? '' : 'es'}:${types.join('|')}*0..${maxDepth}]->(x)${condition === '' ? ' WHERE x:Twin' : condition}`
  return `UNWIND $b.roots AS id ${rootsIn(isPast, isBranch)}
CALL (r) { ${over.length === 0 ? 'RETURN r AS x' : `${hops} RETURN DISTINCT x LIMIT ${most + 1}`} }
${isPast ? modelThen : 'WITH r, x, x._model AS model'}
RETURN collect([r._id, x._id, model]) AS found`
}

const during = (element: string): string => `${element}._from <= $b.at AND (${element}._to IS NULL OR $b.at < ${element}._to)`
/** Marks of scenarios that deleted it are on every version. */
const notHidden = (element: string): string => `(${element}._not IS NULL OR none(s IN ${element}._not WHERE s IN $b.chain))`

/** A relationship has no longer a life than its ends: where it exists, they do. */
function edgeExists(isPast: boolean, isBranch: boolean): string {
  if (!isBranch) return during('e')
  return `(e._s IN $b.chain OR (e._s IS NULL${isPast ? ` AND ${during('e')}` : ''})) AND ${notHidden('e')}`
}

/** The nodes that are the root's identity in the world: of a twin that was deleted and made anew, the one that lived then. */
function rootsIn(isPast: boolean, isBranch: boolean): string {
  const condition = [...(isPast ? [during('r')] : []), ...(isBranch ? [notHidden('r')] : [])]
  const match = (label: string, more: readonly string[] = condition): string => `MATCH (r:${label} {_t: $b.t, _id: id}) USING INDEX SEEK r:${label}(_t, _id)${more.length > 0 ? ` WHERE ${more.join(' AND ')}` : ''}`
  const parts = [match('Twin'), ...(isPast ? [match('_Gone')] : []), ...(isBranch ? [match('_In', ['r:_Own', 'r._s IN $b.chain', notHidden('r')])] : [])]
  return parts.length === 1 ? match('Twin') : `CALL (id) { ${parts.map((part) => `${part} RETURN r`).join(' UNION ALL ')} }`
}

/** A twin that was migrated since has its former model in the state of then; twins of scenarios, whose states are not kept, have the one they were made with. */
const modelThen = `CALL (x) {
  WITH x WHERE x._since <= $b.at OR x:_Own RETURN x._model AS model
  UNION ALL WITH x WHERE x._since > $b.at AND NOT x:_Own
  CALL (x) { MATCH (p:_Past {_t: $b.t, _id: x._id}) USING INDEX SEEK p:_Past(_t, _id, _to) WHERE p._to > $b.at AND NOT p:_was__Component RETURN p ORDER BY p._t, p._id, p._to LIMIT 1 }
  RETURN p._model AS model
}`
