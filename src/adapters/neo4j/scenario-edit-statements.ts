import { lifeOf } from './branch-lives.ts'
import { type BranchKind, componentIdentity, identity, isThere, quoted, stateOf, typesOf, wordsOn } from './branch-world.ts'
import { exactValues } from './exact-values.ts'

/** The things that a scenario holds, each once: parts of twins belong to these, a relationship that was changed is no relationship that ended, and one that it lost with an end is none of its edits. */
const things = `MATCH (n:_In) USING INDEX SEEK n:_In(_t, _s) WHERE n._t = $b.t AND n._s = $b.s AND n._owner IS NULL AND n._forsaken IS NULL
    AND NOT (n:_Mask AND EXISTS { MATCH (k:_Link {_t: n._t, _id: n._id, name: n.name, rid: n.rid, _s: n._s}) WHERE k._then IS NOT NULL })
  WITH n, CASE WHEN n:_Own OR n:_Word THEN 0 WHEN n:_Mask THEN 2 WHEN n:_Link THEN 3 ELSE 1 END AS rank
  WITH n._id AS twin, rank, CASE rank WHEN 0 THEN '' ELSE n.name END AS name, CASE WHEN rank < 2 THEN '' ELSE n.rid END AS relationship`

export const keys = `CALL () {
  ${things}
  WHERE $b.after IS NULL OR twin > $b.after.twin OR twin = $b.after.twin AND (rank > $b.after.rank OR rank = $b.after.rank AND (name > $b.after.name OR name = $b.after.name AND relationship > $b.after.relationship))
  RETURN DISTINCT twin, rank, name, relationship ORDER BY twin, rank, name, relationship LIMIT toInteger($b.limit)
}
RETURN collect([twin, rank, name, relationship]) AS keys`

/** Of each of the scenarios. */
export const counts = `UNWIND $b.scenarios AS number
CALL (number) {
  CALL (number) { ${things.replaceAll('$b.s ', 'number ')} RETURN DISTINCT twin, rank, name, relationship }
  RETURN count(*) AS edits
}
RETURN collect([number, edits]) AS counts`

/** Relationships of its own that it lost with one of their ends. */
export const forsakenKeys = `CALL () {
  MATCH (n:_In) USING INDEX SEEK n:_In(_t, _s) WHERE n._t = $b.t AND n._s = $b.s AND n._forsaken
  RETURN n._id AS twin, n.name AS name, n.rid AS relationship ORDER BY twin, name, relationship LIMIT toInteger($b.limit)
}
RETURN collect([twin, 3, name, relationship]) AS keys`

export const lastEdit = 'OPTIONAL MATCH (s:_Scenario {_t: $b.t, id: $b.id}) RETURN coalesce(s.edited, 0) AS edited'

const own = '{_t: $b.t, _s: $b.s, _id: id}'

/** Of each id its own twin, or the word on it, with those of its components. */
export const twins = `UNWIND $b.ids AS id
CALL (id) {
  MATCH (n:_Own ${own}) USING INDEX SEEK n:_Own(_t, _s, _id)
  RETURN n, COLLECT { MATCH (n)-[h]->(c:_OwnComponent) WHERE type(h) STARTS WITH '_in__has_' RETURN [c._id, c._model, keys(c), ${exactValues('c')}] ORDER BY c._id } AS parts
  UNION ALL
  MATCH (n:_Word ${own}) USING INDEX SEEK n:_Word(_t, _s, _id) WHERE n._owner IS NULL
  RETURN n, COLLECT { MATCH (c:_Word) USING INDEX c:_Word(_t, _s, _id) WHERE c._t = $b.t AND c._s = $b.s AND c._id STARTS WITH id + '#' AND c._owner = id RETURN [c._id, c._model, c._set, ${exactValues('c')}] ORDER BY c._id } AS parts
}
RETURN collect([id, n:_Own, coalesce(n._gone, false), n._model, n._then, n._life, n._since, CASE WHEN n:_Own THEN keys(n) ELSE coalesce(n._set, []) END, ${exactValues('n')}, parts]) AS found`

export const masks = `UNWIND $b.rows AS row
MATCH (k:_Mask {_t: $b.t, _id: row.twin, name: row.name, rid: row.relationship, _s: $b.s}) USING INDEX SEEK k:_Mask(_t, _id, name, rid, _s)
RETURN collect([k._id, k.name, k.rid, k.to, k._then, k._life, k._since, null, []]) AS found`

export const overrides = `UNWIND $b.rows AS row
MATCH (k:_In {_t: $b.t, _id: row.twin}) USING INDEX SEEK k:_In(_t, _id) WHERE k:_Override AND k._s = $b.s AND k.name = row.name
RETURN collect(k {.*}) AS found`

/** Relationships of one name: their type is part of the text, so that a source's others are not walked over. */
export const linksNamed = (name: string): string => `UNWIND $b.rows AS row
MATCH (k:_Link {_t: $b.t, _id: row.twin, name: row.name, rid: row.relationship, _s: $b.s}) USING INDEX SEEK k:_Link(_t, _id, name, rid, _s)
OPTIONAL CALL (row) {
  CALL (row) {
    MATCH (y:Twin {_t: $b.t, _id: row.twin}) USING INDEX SEEK y:Twin(_t, _id) RETURN y
    UNION ALL MATCH (y:_Gone {_t: $b.t, _id: row.twin}) USING INDEX SEEK y:_Gone(_t, _id) RETURN y
    UNION ALL MATCH (y:_In {_t: $b.t, _id: row.twin}) USING INDEX SEEK y:_In(_t, _id) WHERE y:_Own RETURN y
  }
  MATCH (y)-[x:${quoted(`_in_${name}`)}]->() WHERE x._s = $b.s AND x._id = row.relationship
  RETURN x, y LIMIT 1
}
WITH k, x, y WHERE x IS NOT NULL OR k._forsaken
RETURN collect([k._id, k.name, k.rid, k.to, k._then, k._life, k._since, y._model, CASE WHEN x IS NULL THEN [] ELSE ${exactValues('x')} END, k._sourceLife, k._targetLife, coalesce(k._forsaken, false)]) AS found`

const seen = (kind: BranchKind, what: 'twin' | 'component'): string => `
WITH row, n, ${stateOf(kind, 'n', what)} AS st, ${wordsOn('n', `[w._v, w._set, ${exactValues('w')}]`)} AS words
RETURN collect([row.id, st._model, reduce(sum = st._v, w IN words | sum + w[0]), n._from, ${exactValues('st')}, words]) AS found`

export const twinsBelow = (kind: BranchKind): string => `UNWIND $b.ids AS id WITH {id: id} AS row
${identity(kind, 'n', 'row.id', { carried: 'row' })}
${seen(kind, 'twin')}`

export const componentsBelow = (kind: BranchKind): string => `UNWIND $b.ids AS id WITH {id: id} AS row
${componentIdentity(kind, 'n', 'row.id', { carried: 'row' })}
${seen(kind, 'component')}`

export const relationshipsBelow = (kind: BranchKind, name: string): string => `UNWIND $b.rows AS row
${identity(kind, 'n', 'row.twin', { carried: 'row' })}
MATCH (n)-[r:${typesOf(kind, name)}]->(m) WHERE r._id = row.relationship AND ${isThere(kind, 'r')}
RETURN collect([row.twin, row.name, row.relationship, m._id, r._v, ${lifeOf('r')}, ${exactValues('r')}]) AS found`
