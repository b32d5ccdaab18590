import { lifeOf } from './branch-lives.ts'
import { type BranchKind, identity, isThere, quoted, typesOf } from './branch-world.ts'
import { hidden } from './twin-statements.ts'
import type { WriteStep } from './write-steps.ts'

/** The lives of its ends, `a` and `z`, that a relationship is tied to; of ends that the scenario made itself there is nothing to say. */
const tiedTo = 'k._sourceLife = CASE WHEN a._s = $b.s THEN null ELSE a._from END, k._targetLife = CASE WHEN z._s = $b.s THEN null ELSE z._from END'

/** New relationships, after what they are tied to. */
export const linked = (kind: BranchKind): WriteStep => ({
  rows: 'links',
  text: `UNWIND $b.links AS row
${identity(kind, 'a', 'row.from', { carried: 'row' })}
${identity(kind, 'z', 'row.to', { carried: 'row, a' })}
CREATE (a)-[r:$(row.type)]->(z) SET r = row.columns, r._not = ${hidden('r')}
CREATE (k:_In:_Link) SET k = row.record, ${tiedTo}`,
})

const key = '{_t: $b.t, _id: a._id, name: $b.name, rid: rid, _s: $b.s}'

/** That the scenario ended or changed `r` below: what it said of another of the id is forgotten. */
const masked = (r: string, target: string): string => `MERGE (m:_Mask ${key})
  SET m:_In, m.to = ${target}._id, m._since = $b.at, m._then = CASE WHEN m._life = ${lifeOf(r)} THEN m._then ELSE ${r}._v END,
    m._from = CASE WHEN m._life = ${lifeOf(r)} THEN m._from ELSE $b.at END, m._life = ${lifeOf(r)}`

/**
 * Ends and changes relationships of one name, whose types are part of the text, for versions are found among a source's relationships of the name, not among all of them.
 * A changed one that is below is hidden, and copied with its new values; scenarios that had hidden it do not see the copy either.
 */
export const endAndChange = (kind: BranchKind, name: string): string => `CALL () {
  UNWIND $b.ended AS ref MATCH (a)-[r]->(z) WHERE elementId(r) IN [ref] AND r._s = $b.s
  WITH a, r, r._id AS rid
  CALL (a, rid) { MATCH (k:_Link ${key}) USING INDEX SEEK k:_Link(_t, _id, name, rid, _s) DELETE k }
  DELETE r
  WITH a, rid
  MATCH (a)-[v:${typesOf(kind, name)}]->(y) WHERE v._id = rid AND $b.s IN v._not AND ${isThere(kind, 'v', '$b.below')}
  ${masked('v', 'y')}
}
CALL () {
  UNWIND $b.ended + [row IN $b.changed | row.ref] AS ref MATCH (a)-[r]->(z) WHERE elementId(r) IN [ref] AND (r._s IS NULL OR r._s <> $b.s)
  WITH a, z, r, r._id AS rid
  CALL (a, r, rid) {
    MATCH (a)-[v:${quoted(name)}|${quoted(`_was_${name}`)}|${quoted(`_in_${name}`)}]->() WHERE v._id = rid AND ${lifeOf('v')} = ${lifeOf('r')} AND (v._s IS NULL OR v._s IN $b.below) AND NOT $b.s IN coalesce(v._not, [])
    SET v._not = coalesce(v._not, []) + [$b.s]
  }
  ${masked('r', 'z')}
}
CALL () {
  UNWIND $b.changed AS row MATCH (a)-[r]->(z) WHERE elementId(r) IN [row.ref]
  WITH row, a, z, r, r._id AS rid, coalesce(r._s = $b.s, false) AS isOwn
  CALL (row, a, r, rid, isOwn) {
    WITH row, a, r, rid WHERE isOwn
    SET r += row.set, r._v = row.version
    WITH a, rid MATCH (k:_Link ${key}) USING INDEX SEEK k:_Link(_t, _id, name, rid, _s) SET k._since = $b.at
  }
  WITH row, a, z, r, rid WHERE NOT isOwn
  CREATE (a)-[c:${quoted(`_in_${name}`)}]->(z)
  SET c = properties(r), c += row.set, c._s = $b.s, c._v = row.version, c._life = ${lifeOf('r')}, c._from = $b.at, c._to = null, c._then = r._v
  SET c._not = CASE WHEN size(r._not) > 1 THEN [s IN r._not WHERE s <> $b.s] END
  CREATE (k:_In:_Link) SET k = {_t: $b.t, _id: a._id, name: $b.name, rid: rid, _s: $b.s, to: z._id, _then: r._v, _life: ${lifeOf('r')}, _from: $b.at, _since: $b.at}, ${tiedTo}
}
RETURN true AS done`
