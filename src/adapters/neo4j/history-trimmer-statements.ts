/** The index is of all three; numbers begin at 1. */
const keptUpTo = (past: string): string => `MATCH (k:_Kept) USING INDEX SEEK k:_Kept(_t, _to, _seq) WHERE k._t = $b.t AND k._to <= ${past} AND k._seq > 0`

/** `h.past`: the earliest instant that is read; `h.pastRaised`: when it came to be that. */
export const state = `MATCH (h:_Head {_t: $b.t})
RETURN timestamp() AS now, coalesce(h.pastRaised, 0) AS raisedAt, EXISTS { ${keptUpTo('h.past')} } AS isPending`

/**
 * Under the lock, because a scenario that is being created looks at the earliest instant, and holds it from then on. All of a transaction's entries have one stamp,
 * and the journal may have given up some of them: what is as young as its oldest entry stays.
 */
export const raise = `MATCH (h:_Head {_t: $b.t}) SET h.lock = timestamp()
WITH h
CALL () { MATCH (j:_J) USING INDEX SEEK j:_J(_t, _seq) WHERE j._t = $b.t AND j._seq > 0 WITH j ORDER BY j._t, j._seq LIMIT 1 RETURN min(j._to) - 1 AS journal }
CALL () { MATCH (s:_Scenario {_t: $b.t, state: 'OPEN'}) RETURN min(s.base) AS base }
WITH h, reduce(least = $b.past, other IN [journal, base] | CASE WHEN other < least THEN other ELSE least END) AS past
WITH h, past, past > coalesce(h.past, -1) AND EXISTS { ${keptUpTo('past')} } AS isRaised
FOREACH (_ IN CASE WHEN isRaised THEN [1] ELSE [] END | SET h.past = past, h.pastRaised = timestamp())
RETURN isRaised`

/** A portion's entries, up to the one that makes their patches too large for one, and what is left of earlier ones of the same twins. */
export const portion = `MATCH (h:_Head {_t: $b.t})
CALL (h) {
  ${keptUpTo('h.past')}
  WITH k ORDER BY k._t, k._to, k._seq LIMIT toInteger($b.limit)
  RETURN collect(k) AS all
}
WITH all, reduce(seen = [0, 0], k IN all | CASE WHEN seen[1] < $b.characters THEN [seen[0] + 1, seen[1] + size(coalesce(k._patch, ''))] ELSE seen END)[0] AS fitting
WITH all[0..fitting] AS all
CALL (all) {
  UNWIND all AS k WITH DISTINCT k._id AS id
  MATCH (s:_Set {_t: $b.t, _id: id}) USING INDEX SEEK s:_Set(_t, _id)
  RETURN collect([elementId(s), s._id, s._seq, s._op <> 'update', s._names, s._isPart]) AS sets
}
RETURN [k IN all | [elementId(k), k._op, k._id, k._to, k._seq, k:_Past, k._type, k._patch, k._s, k:_was__Component]] AS entries, sets`

/** Relationships of one name; the name is part of the text, as in twin-statements.ts. Their source may be gone, and come again, by now. */
export const clearEnded = (name: string): string => `UNWIND $b.sources AS row
CALL (row) {
  MATCH (a:Twin {_t: $b.t, _id: row.id}) USING INDEX SEEK a:Twin(_t, _id) RETURN a
  UNION ALL MATCH (a:_Gone {_t: $b.t, _id: row.id}) USING INDEX SEEK a:_Gone(_t, _id) RETURN a
}
MATCH (a)-[w:\`_was_${name.replaceAll('`', '``')}\`]->() WHERE w._to IN row.at
DELETE w RETURN count(*) AS cleared`

/** Of what stays, who and when: \`_Set\`. A twin that is gone takes with it what was left of it and of its components. */
export const forget = `CALL () {
  UNWIND $b.keep AS row MATCH (k) WHERE elementId(k) = row.ref
  WITH k, row, labels(k) AS present REMOVE k:$(present) SET k:_Set
  SET k = {_t: k._t, _id: k._id, _seq: k._seq, _to: k._to, _op: k._op, _actor: k._actor, _cause: k._cause, _model: k._model, _v: k._v, _names: row.names, _isPart: row.isPart}
}
CALL () { UNWIND $b.forget AS ref MATCH (k) WHERE elementId(k) = ref DELETE k }
CALL () {
  UNWIND $b.migrated AS row
  CALL (row) {
    MATCH (n:Twin {_t: $b.t, _id: row.id}) USING INDEX SEEK n:Twin(_t, _id) RETURN n
    UNION ALL MATCH (n:_Gone {_t: $b.t, _id: row.id}) USING INDEX SEEK n:_Gone(_t, _id) RETURN n
  }
  MATCH (n)-[w]->(c:_Gone) WHERE type(w) STARTS WITH '_was__has_' AND w._to = row.at
  CALL (c) { MATCH (s:_Set {_t: $b.t, _id: c._id}) USING INDEX SEEK s:_Set(_t, _id) WHERE s._isPart AND s._to <= c._to DELETE s }
  DETACH DELETE c
}
CALL () {
  UNWIND $b.gone AS row MATCH (n:_Gone {_t: $b.t, _id: row.id}) USING INDEX SEEK n:_Gone(_t, _id) WHERE n._to = row.at
  CALL (n) {
    MATCH (n)-[w]->(c:_Gone) WHERE type(w) STARTS WITH '_was__has_'
    CALL (c) { MATCH (s:_Set {_t: $b.t, _id: c._id}) USING INDEX SEEK s:_Set(_t, _id) WHERE s._isPart AND s._to <= c._to DELETE s }
    DETACH DELETE c
  }
  CALL (n) { MATCH (s:_Set {_t: $b.t, _id: n._id}) USING INDEX SEEK s:_Set(_t, _id) WHERE NOT s._isPart AND s._to <= n._to DELETE s }
  DETACH DELETE n
}
RETURN 1 AS done`
