import { bearersOf, without } from './branch-world.ts'
import type { WriteStep } from './write-steps.ts'

/**
 * What a scenario says is about one life of an id: of a twin, it begins and ends with it; of a component, with its owner; of a relationship, it outlasts its changes.
 * It is told by the instant at which it began, which is that of one transaction and of no other.
 */
export const lifeOf = (relationship: string): string => `coalesce(${relationship}._life, ${relationship}._from)`

/** Holds for nodes of `row.life`. A component may come later than its owner, by a migration. */
export const isOfLife = (x: string): string => `CASE WHEN ${x}:_Component OR ${x}:_OwnComponent OR ${x}:_was__Component THEN ${x}._from >= row.life ELSE ${x}._from = row.life END`

/** What the scenario said of other lives of the ids is forgotten, with its marks; without a life, what it said of any. Of what it deletes, what it said of components is forgotten, too. */
export const forgottenWords: WriteStep = {
  rows: 'lives',
  text: `UNWIND $b.lives AS row
CALL (row) {
  MATCH (w:_Word {_t: $b.t, _s: $b.s, _id: row.id}) USING INDEX SEEK w:_Word(_t, _s, _id) RETURN w
  UNION ALL MATCH (w:_Word) USING INDEX w:_Word(_t, _s, _id) WHERE w._t = $b.t AND w._s = $b.s AND w._id STARTS WITH row.id + '#' AND w._owner = row.id RETURN w
}
WITH row, w, w._id AS id WHERE row.life IS NULL OR w._life <> row.life OR row.ends AND w._owner IS NOT NULL
${bearersOf('id')}
SET m._in = ${without('m._in')}, m._not = ${without('m._not')}
WITH DISTINCT w DELETE w`,
}

/**
 * A relationship that the scenario had, and lost with one of its ends, gives its key free as soon as the scenario says anything of that key: the relationship goes,
 * and what was hidden for it. Before all else, for the key is unique.
 */
export const withdrawn: WriteStep = {
  rows: 'ties',
  text: `UNWIND $b.ties AS row
MATCH (k:_Link {_t: $b.t, _id: row.from, name: row.name, rid: row.id, _s: $b.s}) USING INDEX SEEK k:_Link(_t, _id, name, rid, _s) WHERE k._forsaken
OPTIONAL CALL (row, k) { MATCH (m:_Mask {_t: $b.t, _id: row.from, name: row.name, rid: row.id, _s: $b.s}) USING INDEX SEEK m:_Mask(_t, _id, name, rid, _s) WHERE k._then IS NOT NULL RETURN m }
OPTIONAL CALL (row) {
  MATCH (y:Twin {_t: $b.t, _id: row.from}) USING INDEX SEEK y:Twin(_t, _id) RETURN y
  UNION ALL MATCH (y:_Gone {_t: $b.t, _id: row.from}) USING INDEX SEEK y:_Gone(_t, _id) RETURN y
  UNION ALL MATCH (y:_In {_t: $b.t, _id: row.from}) USING INDEX SEEK y:_In(_t, _id) WHERE y:_Own RETURN y
}
OPTIONAL MATCH (y)-[x]->() WHERE x._id = row.id AND type(x) IN row.types AND (x._s = $b.s OR m IS NOT NULL AND $b.s IN x._not)
FOREACH (_ IN CASE WHEN x._s = $b.s THEN [] ELSE [1] END | SET x._not = ${without('x._not')})
FOREACH (_ IN CASE WHEN x._s = $b.s THEN [1] ELSE [] END | DELETE x)
WITH DISTINCT k, m DELETE k, m`,
}
