import { type BranchKind, identity, isThere, quoted, stateOf, typesOf, wordsOn } from './branch-world.ts'
import { hidden, told } from './twin-statements.ts'
import type { WriteStep } from './write-steps.ts'

/**
 * How a scenario is written, beside the base (see branch-world for what it sees):
 * | what | where |
 * |---|---|
 * | a twin of its own | `(:_In:_Own:_in_<Type> {_t, _s, _id, _model, _v, _from, _since, …})`, with `-[:_in__has_<name>]->(:_In:_OwnComponent)`; changed in place |
 * | what it says of a twin or component that is below | `(:_In:_Word {_t, _s, _id, _model, _set, _v, _then, _from, _since, …})`; of a component, `_owner`; of a deleted twin, `_gone` |
 * | a relationship of its own, or a changed one | `-[:_in_<name> {_s, _id, _v, _from, …}]->` and `(:_In:_Link {_t, _s, _id: source, name, rid, to, _then, _from, _since})`, by which it is found |
 * | a relationship below that it ended or changed | `(:_In:_Mask {_t, _s, _id: source, name, rid, to, _then, _from, _since})` |
 * | marks, on all nodes of an id and all versions of a relationship | `_in`: the scenarios that have a word on it; `_not`: those from which it is hidden |
 * `_then` is the version below at the first edit, `_from` and `_since` are when the first and the last were made.
 */
const word = (id: string): string => '{_t: $b.t, _s: $b.s, _id: ' + id + '}'

/** Marks every node of `row.id`, past states too, that the scenario may see: they are found by what they carry, without a look-up. */
const marked = (column: '_in' | '_not'): string => `CALL (row) {
    MATCH (x:Twin {_t: $b.t, _id: row.id}) USING INDEX SEEK x:Twin(_t, _id) RETURN x
    UNION ALL MATCH (x:_Component {_t: $b.t, _id: row.id}) USING INDEX SEEK x:_Component(_t, _id) RETURN x
    UNION ALL MATCH (x:_Gone {_t: $b.t, _id: row.id}) USING INDEX SEEK x:_Gone(_t, _id) RETURN x
    UNION ALL MATCH (x:_Past) USING INDEX x:_Past(_t, _id, _to) WHERE x._t = $b.t AND x._id = row.id AND x._to > 0 RETURN x
    UNION ALL UNWIND $b.below AS number MATCH (x:_Own {_t: $b.t, _s: number, _id: row.id}) USING INDEX SEEK x:_Own(_t, _s, _id) RETURN x
    UNION ALL UNWIND $b.below AS number MATCH (x:_OwnComponent {_t: $b.t, _s: number, _id: row.id}) USING INDEX SEEK x:_OwnComponent(_t, _s, _id) RETURN x
  }
  WITH x WHERE NOT $b.s IN coalesce(x.${column}, []) SET x.${column} = coalesce(x.${column}, []) + [$b.s]`

/** Its own are changed in place; on what is below it says a word. */
const updated = (label: '_Own' | '_OwnComponent', rows: string): WriteStep => ({
  rows,
  text: `CALL () {
  UNWIND $b.${rows} AS row MATCH (n:${label} ${word('row.id')}) USING INDEX SEEK n:${label}(_t, _s, _id) SET n += row.set, n._v = row.version, n._since = $b.at
}
CALL () {
  UNWIND $b.${rows} AS row
  WITH row WHERE NOT EXISTS { MATCH (:${label} ${word('row.id')}) }
  MERGE (w:_Word ${word('row.id')})
  ON CREATE SET w:_In, w._model = row.model, w._owner = row.owner, w._set = [], w._v = 0, w._then = row.then, w._from = $b.at
  SET w += row.set, w._set = w._set + [p IN row.names WHERE NOT p IN w._set], w._v = w._v + 1, w._since = $b.at
  WITH row, w WHERE w._v = 1
  ${marked('_in')}
}
RETURN true AS done`,
})

/** A twin that is below is hidden; one of its own that hides another below leaves that hidden. What other scenarios tied to it is hidden with it. */
const deleted = (kind: BranchKind): WriteStep => ({
  rows: 'deletes',
  text: `CALL () {
  UNWIND $b.deletes AS row
  WITH row, EXISTS { MATCH (:_Own ${word('row.id')}) } AS isOwn
  ${identity(kind, 'n', 'row.id', { carried: 'row, isOwn', chain: '$b.below' })}
  WITH row, n, CASE WHEN isOwn THEN ${stateOf(kind, 'n', 'twin')} END AS st, CASE WHEN isOwn THEN ${wordsOn('n', 'w._v', '$b.below')} ELSE [] END AS versions
  MERGE (w:_Word ${word('row.id')})
  ON CREATE SET w:_In, w._model = coalesce(st._model, row.model), w._v = 0, w._then = CASE WHEN st IS NULL THEN row.then ELSE reduce(sum = st._v, v IN versions | sum + v) END, w._from = $b.at
  WITH row, n, w, properties(w) AS before
  SET w = {_t: before._t, _s: before._s, _id: before._id, _model: before._model, _set: [], _v: before._v + 1, _then: before._then, _from: before._from, _since: $b.at, _gone: true}
  WITH row, n
  CALL (row) { MATCH (p:_Word) USING INDEX p:_Word(_t, _s, _id) WHERE p._t = $b.t AND p._s = $b.s AND p._id STARTS WITH row.id + '#' AND p._owner = row.id DELETE p }
  CALL (n) { MATCH (n)-[r]-() WHERE r._s <> $b.s AND NOT $b.s IN coalesce(r._not, []) SET r._not = coalesce(r._not, []) + [$b.s] }
  ${marked('_not')}
}
CALL () {
  UNWIND $b.deletes AS row MATCH (n:_Own ${word('row.id')}) USING INDEX SEEK n:_Own(_t, _s, _id)
  CALL (n) {
    MATCH (n)-[r]-() WHERE r._s = $b.s AND NOT type(r) STARTS WITH '_in__has_'
    MATCH (k:_Link {_t: $b.t, _id: startNode(r)._id, name: substring(type(r), 4), rid: r._id, _s: $b.s}) DELETE k
  }
  CALL (n) { MATCH (n)-->(c:_OwnComponent) DETACH DELETE c }
  DETACH DELETE n
}
RETURN true AS done`,
})

/** A relationship that the scenario had tied to a twin which was deleted below since gives its id free. */
const forgotten = `CALL (row) {
    MATCH (k:_Link {_t: $b.t, _id: row.from, name: row.name, rid: row.id, _s: $b.s}) USING INDEX SEEK k:_Link(_t, _id, name, rid, _s)
    CALL (row) {
      MATCH (y:Twin {_t: $b.t, _id: row.from}) RETURN y
      UNION ALL MATCH (y:_Gone {_t: $b.t, _id: row.from}) RETURN y
      UNION ALL MATCH (y:_Own {_t: $b.t, _id: row.from}) WHERE y._s IN $b.chain RETURN y
    }
    OPTIONAL MATCH (y)-[x]->() WHERE x._s = $b.s AND x._id = row.id AND type(x) = row.type
    WITH DISTINCT k, x DELETE x, k
  }`

/** How a decided group is written. Relationships end before their twins do, and begin after. */
const steps = (kind: BranchKind): readonly WriteStep[] => [
  {
    rows: 'creates',
    text: `UNWIND $b.creates AS row CREATE (n:$(row.labels)) SET n = row.columns
WITH n, row UNWIND row.components AS part CREATE (n)-[r:$(part.type)]->(c:$(part.labels)) SET r = part.link, c = part.columns`,
  },
  { rows: 'fresh', text: `UNWIND $b.fresh AS id MATCH (w:_Word ${word('id')}) USING INDEX SEEK w:_Word(_t, _s, _id) DELETE w` },
  updated('_Own', 'updates'),
  updated('_OwnComponent', 'componentUpdates'),
  deleted(kind),
  {
    rows: 'links',
    text: `UNWIND $b.links AS row
${forgotten}
${identity(kind, 'a', 'row.from', { carried: 'row' })}
${identity(kind, 'z', 'row.to', { carried: 'row, a' })}
CREATE (a)-[r:$(row.type)]->(z) SET r = row.columns, r._not = ${hidden('r')}
CREATE (k:_In:_Link) SET k = row.record`,
  },
]

/** That it was edited, and what every group tells. */
const toldOfBranch = `CALL () { MATCH (s:_Scenario {_t: $b.t, number: $b.s}) SET s.edited = coalesce($b.edited, s.edited) }
${told}`

const maskKey = '{_t: $b.t, _id: a._id, name: $b.name, rid: rid, _s: $b.s}'

/**
 * Ends and changes relationships of one name, whose types are part of the text, for versions are found among a source's relationships of the name, not among all of them.
 * A changed one that is below is hidden, and copied with its new values; scenarios that had hidden it do not see the copy either.
 */
const endAndChange = (kind: BranchKind, name: string): string => `CALL () {
  UNWIND $b.ended AS ref MATCH (a)-[r]->(z) WHERE elementId(r) IN [ref] AND r._s = $b.s
  WITH a, r, r._id AS rid
  CALL (a, rid) { MATCH (k:_Link ${maskKey}) USING INDEX SEEK k:_Link(_t, _id, name, rid, _s) DELETE k }
  DELETE r
  WITH a, rid
  MATCH (a)-[v:${typesOf(kind, name)}]->(y) WHERE v._id = rid AND $b.s IN v._not AND ${isThere(kind, 'v', '$b.below')}
  MERGE (m:_Mask ${maskKey}) ON CREATE SET m:_In, m.to = y._id, m._then = v._v, m._from = $b.at, m._since = $b.at
}
CALL () {
  UNWIND $b.ended + [row IN $b.changed | row.ref] AS ref MATCH (a)-[r]->(z) WHERE elementId(r) IN [ref] AND (r._s IS NULL OR r._s <> $b.s)
  WITH a, z, r, r._id AS rid
  CALL (a, rid) {
    MATCH (a)-[v:${quoted(name)}|${quoted(`_was_${name}`)}|${quoted(`_in_${name}`)}]->() WHERE v._id = rid AND (v._s IS NULL OR v._s IN $b.below) AND NOT $b.s IN coalesce(v._not, [])
    SET v._not = coalesce(v._not, []) + [$b.s]
  }
  MERGE (m:_Mask ${maskKey}) ON CREATE SET m:_In, m.to = z._id, m._then = r._v, m._from = $b.at
  SET m._since = $b.at
}
CALL () {
  UNWIND $b.changed AS row MATCH (a)-[r]->(z) WHERE elementId(r) IN [row.ref]
  WITH row, a, z, r, r._id AS rid, coalesce(r._s = $b.s, false) AS isOwn
  CALL (row, a, r, rid, isOwn) {
    WITH row, a, r, rid WHERE isOwn
    SET r += row.set, r._v = row.version
    WITH a, rid MATCH (k:_Link ${maskKey}) USING INDEX SEEK k:_Link(_t, _id, name, rid, _s) SET k._since = $b.at
  }
  WITH row, a, z, r, rid WHERE NOT isOwn
  CREATE (a)-[c:${quoted(`_in_${name}`)}]->(z)
  SET c = properties(r), c += row.set, c._s = $b.s, c._v = row.version, c._from = $b.at, c._to = null, c._then = r._v
  SET c._not = CASE WHEN size(r._not) > 1 THEN [s IN r._not WHERE s <> $b.s] END
  CREATE (k:_In:_Link) SET k = {_t: $b.t, _id: a._id, name: $b.name, rid: rid, _s: $b.s, to: z._id, _then: r._v, _from: $b.at, _since: $b.at}
}
RETURN true AS done`

export interface BranchWrites {
  readonly steps: readonly WriteStep[]
  /** After the steps. */
  readonly told: string
  endAndChange(name: string): string
}

const writesOf = (kind: BranchKind): BranchWrites => ({ steps: steps(kind), told: toldOfBranch, endAndChange: (name) => endAndChange(kind, name) })

export const liveWrites = writesOf({ isFixed: false })
export const fixedWrites = writesOf({ isFixed: true })
