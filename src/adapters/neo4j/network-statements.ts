import { isThere, identity, typesOf, type BranchKind } from './branch-world.ts'
import { nameOf } from './branch-load.ts'
import { exactValues } from './exact-values.ts'

/** Names of relationships are part of the text. A kind without scenarios is one whose `$b.chain` is empty. */
const typesOfAll = (kind: BranchKind, over: readonly string[]): string => over.map((name) => typesOf(kind, name)).join('|')

/**
 * All that is reached from some twins in either direction, and which of them there are. Distinct ends and one condition on all steps let Neo4j walk breadth first
 * and visit each twin once, however many ways lead to it: 10,000 twins in a row take 60 ms.
 */
export function closureText(kind: BranchKind, over: readonly string[]): string {
  const found = over.length === 0
    ? 'RETURN r AS x'
    : `MATCH (r)-[es:${typesOfAll(kind, over)}*0..]-(x) WHERE all(e IN es WHERE ${isThere(kind, 'e')}) RETURN DISTINCT x LIMIT toInteger($b.limit)`
  return `UNWIND $b.roots AS id ${identity(kind, 'r', 'id', { carried: 'id' })}
CALL (r) { ${found} }
RETURN collect(DISTINCT id) AS known, collect(DISTINCT x._id) AS reached`
}

/** Those that start from some twins. */
export const relationshipsText = (kind: BranchKind, over: readonly string[]): string => `UNWIND $b.ids AS id ${identity(kind, 'n', 'id', { carried: 'id' })}
MATCH (n)-[r:${typesOfAll(kind, over)}]->(m) WHERE ${isThere(kind, 'r')}
RETURN collect([id, ${nameOf}, r._id, m._id, ${exactValues('r')}]) AS found`

/** Takes the lock that commits take, and lets it go with its transaction: what was committed before is wholly visible then. */
export const settleText = 'MATCH (h:_Head {_t: $b.t}) SET h.lock = timestamp() RETURN h.seq AS seq, h.at AS at'

export const endsText = 'MATCH (h:_Head {_t: $b.t}) RETURN coalesce(h.floor, 0) AS floor, h.seq AS head'
export const stampText = 'OPTIONAL MATCH (j:_J {_t: $b.t, _seq: $b.seq}) RETURN j._to AS at'
