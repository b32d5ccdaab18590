import { forgottenWords, isOfLife, withdrawn } from './branch-lives.ts'
import { endAndChange, linked } from './branch-relationships.ts'
import { type BranchKind, identity, stateOf, wordsOn } from './branch-world.ts'
import { forsaking, told } from './twin-statements.ts'
import type { WriteStep } from './write-steps.ts'

/**
 * How a scenario is written, beside the base (see branch-world for what it sees):
 * | what | where |
 * |---|---|
 * | a twin of its own | `(:_In:_Own:_in_<Type> {_t, _s, _id, _model, _v, _from, _since, …})`, with `-[:_in__has_<name>]->(:_In:_OwnComponent)`; changed in place |
 * | what it says of a twin or component that is below | `(:_In:_Word {_t, _s, _id, _model, _set, _v, _then, _life, _from, _since, …})`; of a component, `_owner`; of a deleted twin, `_gone` |
 * | a relationship of its own, or a changed one | `-[:_in_<name> {_s, _id, _v, _from, …}]->` and `(:_In:_Link {_t, _s, _id: source, name, rid, to, _then, _life, _sourceLife, _targetLife, _from, _since})`, by which it is found; `_forsaken` where an end was deleted below |
 * | a relationship below that it ended or changed | `(:_In:_Mask {_t, _s, _id: source, name, rid, to, _then, _life, _from, _since})` |
 * | marks, on all nodes and versions of a life | `_in`: the scenarios that have a word on it; `_not`: those from which it is hidden |
 * `_then` is the version below at the first edit, `_life` tells which of an id or relationship it was (see branch-lives), `_from` and `_since` are when the first
 * and the last edit were made.
 */
const word = (id: string): string => '{_t: $b.t, _s: $b.s, _id: ' + id + '}'

/** Marks every node of `row.life` of `row.id`, past states too, that the scenario may see: they are found by what they carry, without a look-up. */
const marked = (column: '_in' | '_not'): string => `CALL (row) {
    MATCH (x:Twin {_t: $b.t, _id: row.id}) USING INDEX SEEK x:Twin(_t, _id) RETURN x
    UNION ALL MATCH (x:_Component {_t: $b.t, _id: row.id}) USING INDEX SEEK x:_Component(_t, _id) RETURN x
    UNION ALL MATCH (x:_Gone {_t: $b.t, _id: row.id}) USING INDEX SEEK x:_Gone(_t, _id) RETURN x
    UNION ALL MATCH (x:_Past) USING INDEX x:_Past(_t, _id, _to) WHERE x._t = $b.t AND x._id = row.id AND x._to > 0 RETURN x
    UNION ALL UNWIND $b.below AS number MATCH (x:_Own {_t: $b.t, _s: number, _id: row.id}) USING INDEX SEEK x:_Own(_t, _s, _id) RETURN x
    UNION ALL UNWIND $b.below AS number MATCH (x:_OwnComponent {_t: $b.t, _s: number, _id: row.id}) USING INDEX SEEK x:_OwnComponent(_t, _s, _id) RETURN x
  }
  WITH row, x WHERE ${isOfLife('x')} AND NOT $b.s IN coalesce(x.${column}, []) SET x.${column} = coalesce(x.${column}, []) + [$b.s]`

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
  ON CREATE SET w:_In, w._model = row.model, w._owner = row.owner, w._set = [], w._v = 0, w._then = row.then, w._life = row.life, w._from = $b.at
  SET w += row.set, w._set = w._set + [p IN row.names WHERE NOT p IN w._set], w._v = w._v + 1, w._since = $b.at
  WITH row, w WHERE w._v = 1
  ${marked('_in')}
}
RETURN true AS done`,
})

/** A twin that is below is hidden; one of its own that hides another below leaves that hidden. What scenarios that branch off from this one tied to it is lost with it. */
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
  SET w = {_t: before._t, _s: before._s, _id: before._id, _model: before._model, _set: [], _v: before._v + 1, _then: before._then, _life: n._from, _from: before._from, _since: $b.at, _gone: true}
  WITH {id: row.id, life: n._from} AS row, n
  CALL (n) {
    MATCH (n)-[r]-() WHERE r._s <> $b.s AND NOT $b.s IN coalesce(r._not, [])
    WITH DISTINCT r MATCH (c:_Scenario {_t: $b.t, number: r._s}) WHERE $b.s IN c.chain
    SET r._not = coalesce(r._not, []) + [$b.s]
    ${forsaking}
  }
  ${marked('_not')}
}
CALL () {
  UNWIND $b.deletes AS row MATCH (n:_Own ${word('row.id')}) USING INDEX SEEK n:_Own(_t, _s, _id)
  CALL (n) {
    MATCH (n)-[r]-() WHERE r._s = $b.s AND NOT type(r) STARTS WITH '_in__has_'
    MATCH (k:_Link {_t: $b.t, _id: startNode(r)._id, name: substring(type(r), 4), rid: r._id, _s: $b.s}) DELETE k
  }
  CALL (n) { MATCH (n)-[r]-() WHERE r._s <> $b.s ${forsaking} }
  CALL (n) { MATCH (n)-->(c:_OwnComponent) DETACH DELETE c }
  DETACH DELETE n
}
RETURN true AS done`,
})

/** How a decided group is written. Relationships end before their twins do, and begin after. */
const steps = (kind: BranchKind): readonly WriteStep[] => [
  {
    rows: 'creates',
    text: `UNWIND $b.creates AS row CREATE (n:$(row.labels)) SET n = row.columns
WITH n, row UNWIND row.components AS part CREATE (n)-[r:$(part.type)]->(c:$(part.labels)) SET r = part.link, c = part.columns`,
  },
  forgottenWords,
  updated('_Own', 'updates'),
  updated('_OwnComponent', 'componentUpdates'),
  deleted(kind),
  linked(kind),
]

/** That it was edited, and what every group tells. */
const toldOfBranch = `CALL () { MATCH (s:_Scenario {_t: $b.t, number: $b.s}) SET s.edited = coalesce($b.edited, s.edited) }
${told}`

export interface BranchWrites {
  /** Before all else. */
  readonly first: WriteStep
  readonly steps: readonly WriteStep[]
  /** After the steps. */
  readonly told: string
  endAndChange(name: string): string
}

const writesOf = (kind: BranchKind): BranchWrites => ({ first: withdrawn, steps: steps(kind), told: toldOfBranch, endAndChange: (name) => endAndChange(kind, name) })

export const liveWrites = writesOf({ isFixed: false })
export const fixedWrites = writesOf({ isFixed: true })
