import type { AlertRow } from './alert-row.ts'

const columns: Readonly<Record<keyof AlertRow, true>> = {
  id: true, fingerprint: true, rule: true, ruleName: true, severity: true, state: true, twin: true, series: true, message: true, labelsJson: true, annotationsJson: true, sinceUs: true, untilUs: true,
  openedAtMs: true, acknowledgedAtMs: true, acknowledgedBy: true, note: true, resolvedAtMs: true, resolvedBy: true, resolution: true, occurrences: true, evidenceJson: true,
  affectedCount: true, isAffectedComplete: true, notify: true, revision: true,
}

/** An alert as statements return it. */
const shown = `a {${Object.keys(columns).map((name) => `.\`${name}\``).join(', ')}}`

/** Whoever changes alerts, rules or what follows from them holds the tenant's `(:_Alerting)` until it commits: revisions are committed in their order. */
const lock = 'MERGE (h:_Alerting {_t: $b.t}) ON CREATE SET h.revision = 0, h.rules = 0 SET h.lock = timestamp() WITH h'

/** Takes the lock; the last alerts of fingerprints, and of ids. */
export const look = `${lock}
RETURN h.revision AS revision, h.position AS position, timestamp() AS now,
  COLLECT { UNWIND $b.fingerprints AS fingerprint MATCH (a:_Alert {_t: $b.t, current: fingerprint}) USING INDEX SEEK a:_Alert(_t, current) RETURN ${shown} } AS last,
  COLLECT { UNWIND $b.ids AS id MATCH (a:_Alert {_t: $b.t, id: id}) USING INDEX SEEK a:_Alert(_t, id) RETURN ${shown} } AS named`

const instant = (name: string): string => `CASE WHEN a.${name}AtMs IS NULL THEN null ELSE datetime({epochMillis: a.${name}AtMs}) END`

/** Those that are not the last of their fingerprint any more first, as of each there is one. */
export const write = `MATCH (h:_Alerting {_t: $b.t}) SET h.revision = $b.revision, h.position = coalesce($b.position, h.position)
WITH h
CALL () { UNWIND $b.former AS id MATCH (a:_Alert {_t: $b.t, id: id}) USING INDEX SEEK a:_Alert(_t, id) SET a.current = null RETURN count(*) AS formers }
CALL () {
  UNWIND $b.rows AS row MERGE (a:_Alert {_t: $b.t, id: row.columns.id}) SET a += row.columns, a.sinceTime = datetime(row.since), a.untilTime = CASE WHEN row.until IS NULL THEN null ELSE datetime(row.until) END
  SET a.openedTime = ${instant('opened')}, a.acknowledgedTime = ${instant('acknowledged')}, a.resolvedTime = ${instant('resolved')}
  RETURN count(*) AS written
}
CALL () { UNWIND $b.rules AS row MATCH (r:_Rule {_t: $b.t, id: row.id}) USING INDEX SEEK r:_Rule(_t, id) SET r.judged = row.version RETURN count(*) AS judged }
CALL () { UNWIND $b.reach AS row CREATE (:_AlertReach {_t: $b.t, alert: row.alert, page: row.page, twins: row.twins}) RETURN count(*) AS pages }
CALL () {
  UNWIND $b.deliveries AS row CREATE (d:_AlertDelivery {_t: $b.t}) SET d += row, d.state = 'PENDING', d.attempts = 0, d.dueAtMs = timestamp(), d.createdTime = datetime({epochMillis: timestamp()})
  RETURN count(*) AS deliveries
}
CALL () { UNWIND $b.tasks AS row MERGE (k:_RuleTask {_t: $b.t, key: row.key}) ON CREATE SET k += row, k.done = 0, k.runs = [], k.isDone = false, k.createdAtMs = timestamp() RETURN count(*) AS tasks }
RETURN formers + written + judged + pages + deliveries + tasks AS written`

export const find = `RETURN COLLECT { UNWIND $b.ids AS id MATCH (a:_Alert {_t: $b.t, id: id}) USING INDEX SEEK a:_Alert(_t, id) RETURN ${shown} } AS alerts`

export const open = `RETURN COLLECT { MATCH (a:_Alert) USING INDEX a:_Alert(_t, state) WHERE a._t = $b.t AND a.state IN ['OPEN', 'ACKNOWLEDGED'] AND a.id > $b.after AND ($b.rule IS NULL OR a.rule = $b.rule)
  RETURN ${shown} ORDER BY a.id LIMIT toInteger($b.limit) } AS alerts`

/** Fingerprints begin with the rule. */
export const resolvedByHand = `RETURN COLLECT { MATCH (a:_Alert) USING INDEX a:_Alert(_t, current) WHERE a._t = $b.t AND a.current STARTS WITH $b.start AND a.current > $b.after AND a.state = 'RESOLVED' AND a.resolution = 'BY_HAND'
  RETURN ${shown} ORDER BY a.current LIMIT toInteger($b.limit) } AS alerts`

export const changed = `OPTIONAL MATCH (h:_Alerting {_t: $b.t})
RETURN coalesce(h.revision, 0) AS revision, COLLECT { MATCH (a:_Alert) USING INDEX a:_Alert(_t, revision) WHERE a._t = $b.t AND a.revision > $b.after
  RETURN ${shown} ORDER BY a.revision LIMIT toInteger($b.limit) } AS alerts`

export const affected = `RETURN COLLECT { MATCH (p:_AlertReach) USING INDEX p:_AlertReach(_t, alert, page) WHERE p._t = $b.t AND p.alert = $b.alert AND p.page >= $b.page AND p.page <= $b.last
  RETURN p {.page, .twins} ORDER BY p.page } AS pages`

export const position = 'OPTIONAL MATCH (h:_Alerting {_t: $b.t}) RETURN h.position AS position'

/** It never goes back. */
export const setPosition = `${lock}
SET h.position = CASE WHEN h.position IS NULL OR h.position < $b.position THEN $b.position ELSE h.position END RETURN h.position AS position`

export const forget = `RETURN COLLECT { MATCH (a:_Alert) USING INDEX a:_Alert(_t, state) WHERE a._t = $b.t AND a.state = 'RESOLVED' AND a.resolvedAtMs < $b.before RETURN a.id LIMIT toInteger($b.limit) } AS ids`

export const removeAlerts = `${lock}
CALL () { UNWIND $b.ids AS id MATCH (p:_AlertReach) USING INDEX p:_AlertReach(_t, alert, page) WHERE p._t = $b.t AND p.alert = id AND p.page >= 0 DELETE p RETURN count(*) AS pages }
CALL () { UNWIND $b.ids AS id MATCH (d:_AlertDelivery {_t: $b.t, alert: id}) USING INDEX SEEK d:_AlertDelivery(_t, alert) DELETE d RETURN count(*) AS deliveries }
CALL () { UNWIND $b.ids AS id MATCH (a:_Alert {_t: $b.t, id: id}) USING INDEX SEEK a:_Alert(_t, id) WHERE a.state = 'RESOLVED' DELETE a RETURN count(*) AS alerts }
RETURN alerts`
