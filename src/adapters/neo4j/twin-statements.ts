import { lifeOf } from './branch-lives.ts'
import { lockClause } from './head.ts'
import { ending } from './scenario-statements.ts'
import type { WriteStep } from './write-steps.ts'

/**
 * Every list sits in the one map `$b` and is gathered in a subquery of its own: a list parameter of its own would be planned anew for every size class,
 * and an empty UNWIND outside a subquery would drop the whole row. The hints keep plans made on an empty store from scanning a full one.
 */
export const twin = (node: string, id: string): string => `MATCH (${node}:Twin {_t: $b.t, _id: ${id}}) USING INDEX SEEK ${node}:Twin(_t, _id)`
const component = (node: string, id: string): string => `MATCH (${node}:_Component {_t: $b.t, _id: ${id}}) USING INDEX SEEK ${node}:_Component(_t, _id)`

/** Of the scenarios that are written into or end. */
export const standings = `CALL () {
  UNWIND $b.scenarios AS number MATCH (s:_Scenario {_t: $b.t, number: number}) USING INDEX SEEK s:_Scenario(_t, number)
  RETURN collect([number, s.state, coalesce(s.edited, 0), COLLECT { MATCH (c:_Scenario {_t: $b.t, parent: s.id}) WHERE c.state = 'OPEN' RETURN c.id ORDER BY c.id LIMIT 20 }]) AS scenarios
}`

/** Takes the head's lock, stamps the transaction, and reads the twins a group of changesets touches. One statement, one round trip. */
export const load = `${lockClause}
WITH h
CALL () { UNWIND $b.twins AS row ${twin('n', 'row.id')} RETURN collect([n._id, n._model, n._v, n._from, [p IN row.values | n[p]]]) AS twins }
CALL () { UNWIND $b.components AS row ${component('n', 'row.id')} RETURN collect([n._id, n._model, n._v, n._from, [p IN row.values | n[p]]]) AS components }
CALL () {
  UNWIND $b.attached AS id ${twin('n', 'id')} MATCH (n)-[r]-(:Twin) WHERE NOT type(r) STARTS WITH '_'
  RETURN collect([id, elementId(r), r._id, type(r), startNode(r)._id, startNode(r)._model, endNode(r)._id, r._v]) AS attached
}
CALL () { UNWIND $b.keys AS key MATCH (i:_Idem {_t: $b.t, key: key}) USING INDEX SEEK i:_Idem(_t, key) RETURN collect([i.key, i.digest, i.answer]) AS answers }
${standings}
RETURN h.seq AS seq, h.at AS at, h.models AS models, coalesce(h.scenarios, 0) AS lastScenario, twins, components, attached, answers, scenarios`

/**
 * Relationships of one name. The name is part of the text, because a type that is a parameter would be found by walking over all relationships of a source,
 * those of the past too. Names are those of published models, so there are as many plans as names.
 */
export const relationshipsNamed = (name: string): string => `UNWIND $b.rows AS row ${twin('n', 'row.from')}
CALL (n, row) {
  MATCH (n)-[r:${quoted(name)}]->(m:Twin) WHERE r._id IN row.ids OR m._id IN row.targets
  RETURN collect([elementId(r), r._id, row.from, m._id, r._v, ${lifeOf('r')}, row.values, [p IN row.values | r[p]]]) AS found
}
RETURN collect(found) AS found`

/** How many relationships of one name sources have: the store keeps the number. */
export const countsNamed = (name: string): string => `UNWIND $b.from AS id ${twin('n', 'id')}
RETURN collect([id, COUNT { (n)-[:${quoted(name)}]->() }]) AS counts`

export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** An update's journal entry is the state before it: same values, labels with `_was_` in front, and who changed it. */
const updateOf = (label: 'Twin' | '_Component', rows: string, pastLabels: string): WriteStep => ({
  rows,
  text: `UNWIND $b.${rows} AS row ${label === 'Twin' ? twin('n', 'row.id') : component('n', 'row.id')}
CREATE (v:_J:_Past:$(${pastLabels})) SET v = properties(n), v += row.journal, v._to = $b.at
SET n += row.set, n._since = $b.at, n._v = row.version`,
})

/** A relationship of the past has the same name with `_was_` in front, and when it ended. */
const endOf = (from: string, to: string): string => `CREATE (${from})-[w:$('_was_' + type(r))]->(${to}) SET w = properties(r), w._to = $b.at`

/** A relationship is hidden from the scenarios that one of its ends, `a` and `z`, is hidden from, and from those it is marked for already. Null where there are none, as for nearly all. */
export const hidden = (relationship: string): string => `CASE WHEN a._not IS NULL AND z._not IS NULL THEN ${relationship}._not
    ELSE reduce(marks = coalesce(${relationship}._not, []), s IN coalesce(a._not, []) + coalesce(z._not, []) | CASE WHEN s IN marks THEN marks ELSE marks + [s] END) END`

/** That a scenario lost `r`, a relationship of its own, with one of its ends: what it says of it is no edit any more. Many have theirs at once. */
export const forsaking = `WITH r MATCH (k:_Link {_t: $b.t, _id: startNode(r)._id, name: substring(type(r), 4), rid: r._id, _s: r._s}) USING INDEX SEEK k:_Link(_t, _id, name, rid, _s) SET k._forsaken = true`

/** The journal, the answers, the scenarios that end, and the head behind them. */
export const told = `CALL () { UNWIND $b.promoted AS number MATCH (s:_Scenario {_t: $b.t, number: number}) SET s.state = 'PROMOTED', ${ending} }
CALL () { UNWIND $b.journal AS row CREATE (j:_J) SET j = row }
CALL () { UNWIND $b.answers AS row CREATE (i:_Idem) SET i = row }
MATCH (h:_Head {_t: $b.t}) SET h.seq = $b.seq
RETURN h.seq AS seq`

/**
 * How a decided group is written. The order matters: relationships end before their twins do, and begin after.
 * Components have no tenant label, so that lists of a type find its twins only.
 */
export const steps: readonly WriteStep[] = [
  {
    rows: 'creates',
    text: `UNWIND $b.creates AS row CREATE (n:$(row.labels)) SET n = row.columns
WITH n, row UNWIND row.components AS part CREATE (n)-[:$(part.type) {_id: part.type, _v: 1, _from: $b.at}]->(c:$(part.labels)) SET c = part.columns`,
  },
  updateOf('Twin', 'updates', "[l IN labels(n) WHERE l <> 'Twin' | CASE WHEN l = $b.label THEN l ELSE '_was_' + l END]"),
  updateOf('_Component', 'componentUpdates', "[l IN labels(n) | '_was_' + l]"),
  { rows: 'unlinks', text: `UNWIND $b.unlinks AS ref MATCH (a)-[r]->(z) WHERE elementId(r) IN [ref] ${endOf('a', 'z')} DELETE r` },
  {
    rows: 'deletes',
    text: `UNWIND $b.deletes AS id ${twin('n', 'id')}
CALL (n) {
  MATCH (n)-[r]->(c:_Component) WHERE type(r) STARTS WITH '_has_' ${endOf('n', 'c')} DELETE r
  WITH c, labels(c) AS present SET c:$(['_Gone'] + [l IN present | '_was_' + l]), c._to = $b.at REMOVE c:$(present)
}
WITH n, labels(n) AS present
SET n:$(['_Gone'] + [l IN present WHERE l <> 'Twin' AND l <> $b.label | '_was_' + l]), n._to = $b.at
REMOVE n:$([l IN present WHERE l <> $b.label])`,
  },
  {
    rows: 'forsaken', // what scenarios that follow the base tied to a twin goes with it; those that began at an instant keep it, as they keep the twin
    text: `UNWIND $b.forsaken AS id MATCH (n:_Gone {_t: $b.t, _id: id}) USING INDEX SEEK n:_Gone(_t, _id) WHERE n._to = $b.at
MATCH (n)-[r]-() WHERE r._s IS NOT NULL AND NOT r._s IN coalesce(r._not, [])
WITH DISTINCT r MATCH (s:_Scenario {_t: $b.t, number: r._s}) WHERE s.base IS NULL
SET r._not = coalesce(r._not, []) + [r._s]
${forsaking}`,
  },
  { rows: 'links', text: `UNWIND $b.links AS row ${twin('a', 'row.from')} ${twin('z', 'row.to')} CREATE (a)-[r:$(row.name)]->(z) SET r = row.columns, r._not = ${hidden('r')}` },
  {
    rows: 'linkUpdates',
    text: `UNWIND $b.linkUpdates AS row MATCH (a)-[r]->(z) WHERE elementId(r) IN [row.ref]
CREATE (j:_J) SET j = properties(r), j += row.journal, j._to = $b.at
${endOf('a', 'z')} SET r._life = ${lifeOf('r')}, r += row.set, r._from = $b.at, r._v = row.version`,
  },
]
