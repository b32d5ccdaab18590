/** A rule as statements return it. */
const shown = 'r {.definition, .version, .judged, .fromUs, .trouble, .createdAtMs, .createdBy, .updatedAtMs}'

const lock = 'MERGE (h:_Alerting {_t: $b.t}) ON CREATE SET h.revision = 0, h.rules = 0 SET h.lock = timestamp() WITH h'

export const look = `${lock}
RETURN head(COLLECT { MATCH (r:_Rule {_t: $b.t, id: $b.id}) RETURN ${shown} }) AS rule, COUNT { MATCH (r:_Rule) USING INDEX r:_Rule(_t, id) WHERE r._t = $b.t AND r.id >= '' } AS count,
  COLLECT { MATCH (r:_Rule) USING INDEX r:_Rule(_t, id) WHERE r._t = $b.t AND r.id STARTS WITH $b.id AND (r.id = $b.id OR r.id STARTS WITH $b.id + '-') RETURN r.id } AS taken`

export const write = `MATCH (h:_Alerting {_t: $b.t}) SET h.rules = h.rules + 1
MERGE (r:_Rule {_t: $b.t, id: $b.id})
ON CREATE SET r.version = 0, r.createdAtMs = timestamp(), r.createdTime = datetime({epochMillis: timestamp()}), r.createdBy = $b.actor
SET r += $b.columns, r.fromUs = $b.from, r.version = r.version + 1, r.trouble = null, r.updatedAtMs = timestamp(), r.updatedTime = datetime({epochMillis: timestamp()}), r.updatedBy = $b.actor
RETURN ${shown} AS rule`

export const remove = `${lock}
OPTIONAL MATCH (r:_Rule {_t: $b.t, id: $b.id})
SET h.rules = h.rules + CASE WHEN r IS NULL THEN 0 ELSE 1 END
WITH r, CASE WHEN r IS NULL THEN 0 ELSE 1 END AS removed
DELETE r
WITH removed
CALL () { MATCH (p:_RulePending {_t: $b.t, rule: $b.id}) DELETE p RETURN count(*) AS pending }
RETURN removed`

export const find = `RETURN COLLECT { UNWIND $b.ids AS id MATCH (r:_Rule {_t: $b.t, id: id}) USING INDEX SEEK r:_Rule(_t, id) RETURN ${shown} } AS rules`

export const all = `RETURN COLLECT { MATCH (r:_Rule {_t: $b.t}) RETURN ${shown} } AS rules`

export const revision = 'OPTIONAL MATCH (h:_Alerting {_t: $b.t}) RETURN coalesce(h.rules, 0) AS revision'

export const setTrouble = 'OPTIONAL MATCH (r:_Rule {_t: $b.t, id: $b.id}) SET r.trouble = $b.trouble RETURN count(r) AS found'

export const takeTick = `${lock}
OPTIONAL MATCH (r:_Rule {_t: $b.t, id: $b.id})
WITH r, r IS NOT NULL AND (r.tick IS NULL OR r.tick < $b.tick) AS taken
SET r.tick = CASE WHEN taken THEN $b.tick ELSE r.tick END
FOREACH (row IN CASE WHEN taken THEN $b.tasks ELSE [] END | MERGE (k:_RuleTask {_t: $b.t, key: row.key}) ON CREATE SET k += row, k.done = 0, k.runs = [], k.isDone = false, k.createdAtMs = timestamp())
RETURN taken`
