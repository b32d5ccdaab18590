import { lifeOf } from './branch-lives.ts'
import { type BranchKind, componentIdentity, identity, isThere, stateOf, typesOf, wordsOn } from './branch-world.ts'
import { lockClause } from './head.ts'
import { standings } from './twin-statements.ts'

/** As `load` of the base answers: values property by property, the nearest word first, and versions that count the words. */
const seen = (kind: BranchKind, what: 'twin' | 'component'): string => `
  WITH row, n, ${stateOf(kind, 'n', what)} AS st, ${wordsOn('n', '[w._v, [p IN row.values | p IN w._set], [p IN row.values | w[p]]]')} AS words
  RETURN collect([n._id, st._model, reduce(sum = st._v, w IN words | sum + w[0]), n._from,
    [i IN range(0, size(row.values) - 1) | head([w IN words WHERE w[1][i] | w[2][i]] + [st[row.values[i]]])]])`

export const isRelationship = ({ isFixed }: BranchKind): string =>
  `(NOT type(r) STARTS WITH '_' OR type(r) STARTS WITH '_in_' AND NOT type(r) STARTS WITH '_in__has_'${isFixed ? ` OR type(r) STARTS WITH '_was_' AND NOT type(r) STARTS WITH '_was__has_'` : ''})`

export const nameOf = 'CASE WHEN type(r) STARTS WITH \'_in_\' THEN substring(type(r), 4) WHEN type(r) STARTS WITH \'_was_\' THEN substring(type(r), 5) ELSE type(r) END'

/** Takes the head's lock, stamps the transaction, and reads the twins that a group of changesets touches, as their scenario sees them. */
const load = (kind: BranchKind): string => `${lockClause}
WITH h
CALL () { UNWIND $b.twins AS row ${identity(kind, 'n', 'row.id', { carried: 'row' })} ${seen(kind, 'twin')} AS twins }
CALL () { UNWIND $b.components AS row ${componentIdentity(kind, 'n', 'row.id', { carried: 'row' })} ${seen(kind, 'component')} AS components }
CALL () {
  UNWIND $b.twins AS row MATCH (w:_Word {_t: $b.t, _s: $b.s, _id: row.id}) USING INDEX SEEK w:_Word(_t, _s, _id) WHERE w._gone
  RETURN collect(row.id) AS deleted
}
CALL () {
  UNWIND $b.ties AS row MATCH (k:_Link {_t: $b.t, _id: row.from, name: row.name, rid: row.id, _s: $b.s}) USING INDEX SEEK k:_Link(_t, _id, name, rid, _s) WHERE k._forsaken
  RETURN collect([row.from, row.name, row.id, k.to]) AS forsaken
}
CALL () {
  UNWIND $b.attached AS id ${identity(kind, 'n', 'id', { carried: 'id' })}
  MATCH (n)-[r]-(m) WHERE ${isRelationship(kind)} AND ${isThere(kind, 'r')}
  RETURN collect([id, elementId(r), r._id, ${nameOf}, startNode(r)._id, startNode(r)._model, endNode(r)._id, r._v]) AS attached
}
CALL () { UNWIND $b.keys AS key MATCH (i:_Idem {_t: $b.t, key: key}) USING INDEX SEEK i:_Idem(_t, key) RETURN collect([i.key, i.digest, i.answer]) AS answers }
${standings}
RETURN h.seq AS seq, h.at AS at, h.models AS models, coalesce(h.scenarios, 0) AS lastScenario, twins, components, deleted, forsaken, attached, answers, scenarios`

const relationshipsNamed = (kind: BranchKind, name: string): string => `UNWIND $b.rows AS row ${identity(kind, 'n', 'row.from', { carried: 'row' })}
CALL (n, row) {
  MATCH (n)-[r:${typesOf(kind, name)}]->(m) WHERE (r._id IN row.ids OR m._id IN row.targets) AND ${isThere(kind, 'r')}
  RETURN collect([elementId(r), r._id, row.from, m._id, r._v, ${lifeOf('r')}, row.values, [p IN row.values | r[p]]]) AS found
}
RETURN collect(found) AS found`

const countsNamed = (kind: BranchKind, name: string): string => `UNWIND $b.from AS id ${identity(kind, 'n', 'id', { carried: 'id' })}
RETURN collect([id, COUNT { MATCH (n)-[r:${typesOf(kind, name)}]->() WHERE ${isThere(kind, 'r')} }]) AS counts`

export interface BranchReads {
  readonly load: string
  relationshipsNamed(name: string): string
  countsNamed(name: string): string
}

const readsOf = (kind: BranchKind): BranchReads => ({ load: load(kind), relationshipsNamed: (name) => relationshipsNamed(kind, name), countsNamed: (name) => countsNamed(kind, name) })

export const liveReads = readsOf({ isFixed: false })
export const fixedReads = readsOf({ isFixed: true })
