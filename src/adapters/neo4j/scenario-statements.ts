import { lockClause } from './head.ts'

const columns = '.id, .number, .name, .description, .base, .parent, .chain, .state, .createdAt, .createdBy'

export const find = `OPTIONAL MATCH (s:_Scenario {_t: $b.t, id: $b.id}) RETURN s {${columns}} AS scenario`

const answer = 'OPTIONAL MATCH (i:_Idem {_t: $b.t, key: $b.key}) WITH h, i {.digest, .answer} AS answer'

/** Takes the lock; by indexes only, so that a large graph does not make it slower. */
export const lookForCreation = `${lockClause}
WITH h ${answer}
RETURN h.seq AS seq, h.at AS at, h.past AS earliest, coalesce(h.scenarios, 0) AS last, answer,
  COLLECT { MATCH (s:_Scenario) USING INDEX s:_Scenario(_t, id) WHERE s._t = $b.t AND s.id STARTS WITH $b.id AND (s.id = $b.id OR s.id STARTS WITH $b.id + '-') RETURN s.id } AS taken,
  head(COLLECT { MATCH (s:_Scenario {_t: $b.t, id: $b.parent}) RETURN s {${columns}} }) AS scenario, [] AS branches`

const branches = `COLLECT { MATCH (s:_Scenario {_t: $b.t, parent: $b.id}) WHERE s.state = 'OPEN' RETURN s.id ORDER BY s.id LIMIT 20 }`

export const branchesOf = `RETURN ${branches} AS branches`

export const lookForDiscard = `${lockClause}
WITH h ${answer}
RETURN h.seq AS seq, h.at AS at, h.past AS earliest, coalesce(h.scenarios, 0) AS last, answer, [] AS taken,
  head(COLLECT { MATCH (s:_Scenario {_t: $b.t, id: $b.id}) RETURN s {${columns}} }) AS scenario, ${branches} AS branches`

/** The journal's entry, the head behind it, and the answer that a repeat is given. */
const told = `CREATE (:_J {_t: $b.t, _seq: $b.seq, _to: $b.at, _op: $b.op, _id: $b.id, _actor: $b.actor, _cause: $b.cause})
FOREACH (row IN $b.answers | CREATE (i:_Idem) SET i = row)`

/** Instants stand twice: as numbers, which statements compare, and as temporal values, which the catalogue shows. */
export const create = `MATCH (h:_Head {_t: $b.t}) SET h.seq = $b.seq, h.scenarios = $b.columns.number
CREATE (s:_Scenario {_t: $b.t}) SET s += $b.columns, s.createdTime = datetime({epochMillis: $b.at}), s.baseTime = CASE WHEN $b.columns.base IS NULL THEN null ELSE datetime({epochMillis: $b.columns.base}) END
${told}`

/** How a scenario ends; `s` is the scenario. What it held, and is marked for, is cleared in portions afterwards, until `held` is taken away. */
export const ending = 's.endedAt = $b.at, s.endedTime = datetime({epochMillis: $b.at}), s.held = true'

export const discard = `MATCH (h:_Head {_t: $b.t}) SET h.seq = $b.seq
WITH h MATCH (s:_Scenario {_t: $b.t, id: $b.id}) SET s.state = 'DISCARDED', ${ending}
${told}`
