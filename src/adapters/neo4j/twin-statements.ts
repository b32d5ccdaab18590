import { lockClause } from './head.ts'

/**
 * Takes the head's lock, stamps the transaction, and reads what a group of changesets touches. One statement, one round trip.
 * Every list sits in the one map `$b` and is gathered in a subquery of its own: a list parameter of its own would be planned anew for every size class,
 * and an empty UNWIND outside a subquery would drop the whole row.
 */
export const load = `${lockClause}
WITH h
CALL () { UNWIND $b.twins AS row MATCH (n:Twin {_t: $b.t, _id: row.id}) RETURN collect([n._id, n._model, n._v, [p IN row.values | n[p]]]) AS twins }
CALL () { UNWIND $b.components AS row MATCH (n:_Component {_t: $b.t, _id: row.id}) RETURN collect([n._id, n._model, n._v, [p IN row.values | n[p]]]) AS components }
CALL () {
  UNWIND $b.relationships AS row MATCH (n:Twin {_t: $b.t, _id: row.from})-[r:$(row.name)]->(m:Twin)
  WHERE (row.id IS NULL OR r._id = row.id) AND (row.to IS NULL OR m._id = row.to)
  RETURN collect([r._id, row.name, row.from, m._id, r._v, row.values, [p IN row.values | r[p]]]) AS relationships
}
CALL () {
  UNWIND $b.attached AS id MATCH (n:Twin {_t: $b.t, _id: id})-[r]-(:Twin) WHERE NOT type(r) STARTS WITH '_'
  RETURN collect([id, r._id, type(r), startNode(r)._id, endNode(r)._id, r._v]) AS attached
}
CALL () { UNWIND $b.counts AS row MATCH (n:Twin {_t: $b.t, _id: row.from}) RETURN collect([row.from, row.name, COUNT { (n)-[:$(row.name)]->() }]) AS counts }
CALL () { UNWIND $b.keys AS key MATCH (i:_Idem {_t: $b.t, key: key}) RETURN collect([i.key, i.digest, i.answer]) AS answers }
RETURN h.seq AS seq, h.at AS at, twins, components, relationships, attached, counts, answers`

/** An update's journal entry is the state before it: same values, labels with \`_was_\` in front, and who changed it. */
const updateOf = (label: 'Twin' | '_Component', rows: string, pastLabels: string): string => `CALL () {
  UNWIND $b.${rows} AS row MATCH (n:${label} {_t: $b.t, _id: row.id})
  CREATE (v:_J:_Past:$(${pastLabels})) SET v = properties(n), v += row.journal, v._to = $b.at
  SET n += row.set, n._since = $b.at, n._v = row.version
}`

/** A relationship of the past has the same name with \`_was_\` in front, and when it ended. */
const endOf = (from: string, to: string): string => `CREATE (${from})-[w:$('_was_' + type(r))]->(${to}) SET w = properties(r), w._to = $b.at`

/** Writes a decided group. The order matters: relationships end before their twins do, and begin after. */
export const write = `CALL () {
  UNWIND $b.creates AS row CREATE (n:$(row.labels)) SET n = row.columns
  WITH n, row UNWIND row.components AS part CREATE (n)-[:$(part.type) {_id: part.type, _v: 1, _from: $b.at}]->(c:$(part.labels)) SET c = part.columns
}
${updateOf('Twin', 'updates', '[l IN labels(n) WHERE l <> \'Twin\' | CASE WHEN l = $b.label THEN l ELSE \'_was_\' + l END]')}
${updateOf('_Component', 'componentUpdates', '[l IN labels(n) | \'_was_\' + l]')}
CALL () {
  UNWIND $b.unlinks AS row MATCH (a:Twin {_t: $b.t, _id: row.from})-[r:$(row.name)]->(z:Twin {_t: $b.t, _id: row.to}) WHERE r._id = row.id
  ${endOf('a', 'z')} DELETE r
}
CALL () {
  UNWIND $b.deletes AS row MATCH (n:Twin {_t: $b.t, _id: row.id})
  CALL (n) {
    MATCH (n)-[r]->(c:_Component) WHERE type(r) STARTS WITH '_has_' ${endOf('n', 'c')} DELETE r
    WITH c, labels(c) AS present SET c:$(['_Gone'] + [l IN present | '_was_' + l]), c._to = $b.at REMOVE c:$(present)
  }
  WITH n, labels(n) AS present
  SET n:$(['_Gone'] + [l IN present WHERE l <> 'Twin' AND l <> $b.label | '_was_' + l]), n._to = $b.at
  REMOVE n:$([l IN present WHERE l <> $b.label])
}
CALL () {
  UNWIND $b.links AS row MATCH (a:Twin {_t: $b.t, _id: row.from}) MATCH (z:Twin {_t: $b.t, _id: row.to})
  CREATE (a)-[r:$(row.name)]->(z) SET r = row.columns
}
CALL () {
  UNWIND $b.linkUpdates AS row MATCH (a:Twin {_t: $b.t, _id: row.from})-[r:$(row.name)]->(z:Twin {_t: $b.t, _id: row.to}) WHERE r._id = row.id
  ${endOf('a', 'z')} SET r += row.set, r._from = $b.at, r._v = row.version
}
CALL () { UNWIND $b.journal AS row CREATE (j:_J) SET j = row }
CALL () { UNWIND $b.answers AS row CREATE (i:_Idem) SET i = row }
MATCH (h:_Head {_t: $b.t}) SET h.seq = $b.seq
RETURN h.seq AS seq`
