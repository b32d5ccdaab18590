import Cypher from '@neo4j/cypher-builder'
import { failure } from '../../errors.ts'
import type { Reach, Reached } from '../../telemetry/reach.ts'
import type { Neo4jDatabase } from './database.ts'

/** Names of relationships are part of the text; they are those of published models. A list of distinct ends lets Neo4j visit each twin once. */
export function createNeo4jReach(database: Pick<Neo4jDatabase, 'read'>, tenant: string): Reach {
  return {
    async reach(roots, over, maxDepth, { most, signal }) {
      const hops = over.length === 0 ? '' : `-[:${over.map((name) => Cypher.utils.escapeType(name)).join('|')}*0..${maxDepth}]->(x:Twin)`
      const text = `UNWIND $b.roots AS id MATCH (r:Twin {_t: $b.t, _id: id}) USING INDEX SEEK r:Twin(_t, _id)
CALL (r) { ${hops === '' ? 'RETURN r AS x' : `MATCH (r)${hops} RETURN DISTINCT x LIMIT ${most + 1}`} }
RETURN collect([r._id, x._id, x._model]) AS found`
      const { found } = await database.read({ text, parameters: { b: { t: tenant, roots } } }, { signal })
      const reached = (found as readonly (readonly [string, string, string])[]).map(([root, twin, model]): Reached => ({ root, twin, model }))
      if (reached.length > most) throw failure('LIST_TOO_LONG', { message: `More than ${most} twins are reached. Begin at fewer twins, follow fewer relationships, or take fewer steps.` })
      return reached
    },
  }
}
