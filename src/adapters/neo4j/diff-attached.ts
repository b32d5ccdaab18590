import type { AttachedBelow } from '../../diff/scenario-graphs.ts'
import { isRelationship, nameOf } from './branch-load.ts'
import { type BranchKind, identity, isThere } from './branch-world.ts'
import type { Neo4jDatabase } from './database.ts'

/** Relationships of any name, in either direction, as a world sees them (see branch-world). */
const text = (kind: BranchKind): string => `UNWIND $b.ids AS id ${identity(kind, 'n', 'id', { carried: 'id' })}
MATCH (n)-[r]-() WHERE ${isRelationship(kind)} AND ${isThere(kind, 'r')}
RETURN collect(DISTINCT [startNode(r)._id, ${nameOf}, r._id, endNode(r)._id]) AS found`

type Row = readonly [from: string, name: string, id: string, to: string]

export function createNeo4jAttachedBelow(database: Pick<Neo4jDatabase, 'read'>, tenant: string): AttachedBelow {
  return async ({ chain, at }, ids, signal) => {
    const { found } = await database.read({ text: text({ isFixed: at !== undefined }), parameters: { b: { t: tenant, ids, chain: chain.map(BigInt), base: at === undefined ? null : BigInt(at) } } }, { signal })
    return (found as readonly Row[]).map(([from, name, id, to]) => ({ from, name, id, to }))
  }
}
