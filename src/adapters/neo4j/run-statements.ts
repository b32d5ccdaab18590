import type { RunColumn } from './run-row.ts'

const columns: Readonly<Record<RunColumn, true>> = {
  id: true, kind: true, state: true, engine: true, engineVersion: true, build: true, predictor: true, request: true, inputs: true, configHash: true, pin: true, from: true, horizon: true, step: true, seed: true,
  scenarioId: true, scenarioNumber: true, tags: true, priority: true, deadlineMs: true, dueAtMs: true, owner: true, leaseUntilMs: true, cancelledBy: true, attempts: true, mostAttempts: true,
  lastFailure: true, failureCode: true, failureMessage: true, failureTwin: true, failureRetryable: true, timedOutAfterMs: true, resultHash: true, progress: true, simulatedAtUs: true, values: true, positionUs: true,
  warnings: true, partial: true, report: true, kpis: true, writes: true, detail: true, repeats: true, createdAtMs: true, createdBy: true, startedAtMs: true, finishedAtMs: true,
}

/** A run as statements return it. */
const shown = `r {${Object.keys(columns).map((name) => `.\`${name}\``).join(', ')}}`
const run = (id: string): string => `(r:_Run {_t: $b.t, id: ${id}})`
const isTaken = "r.state IN ['BINDING', 'RUNNING']"
const isOpen = "r.state IN ['QUEUED', 'BINDING', 'RUNNING']"

/**
 * Whoever changes a run holds the tenant's head of runs until it commits: of two that want the same run one gets it, and revisions are committed in their order.
 * Twins have a head of their own, so that runs and mutations do not wait for each other.
 */
const lock = `MERGE (h:_Runs {_t: $b.t}) ON CREATE SET h.revision = 0
SET h.lock = timestamp()
WITH h`

/** Every change of a run that others are to see has the next revision. */
const revise = 'WITH h, r, h.revision + 1 AS revision SET h.revision = revision, r.revision = revision'

/** One run, if the condition holds: what is set, and the run as it is then. */
const change = (id: string, condition: string, set: string): string => `${lock}
MATCH ${run(id)} USING INDEX SEEK r:_Run(_t, id) WHERE ${condition}
${revise}
SET ${set}
RETURN collect(${shown}) AS runs`

const time = (value: string): string => `datetime({epochMillis: ${value}})`
const simulatedTime = (of: string): string => `r.simulatedTime = CASE WHEN ${of} IS NULL THEN null ELSE datetime(${of}) END`
/** An end has no owner any more, and an instant. */
const ended = `r.owner = null, r.leaseUntilMs = null, r.finishedAtMs = timestamp(), r.finishedTime = ${time('timestamp()')}`
const released = 'r.owner = null, r.leaseUntilMs = null, r += $b.noProgress, r.simulatedTime = null'

/** Takes the lock, and answers all that decides whether a run is made; by indexes only. */
export const look = `${lock}
OPTIONAL MATCH (j:_Head {_t: $b.t})
OPTIONAL MATCH (i:_Idem {_t: $b.t, key: $b.key})
RETURN coalesce(j.seq, 0) AS seq, i {.digest, .answer} AS answer,
  COUNT { MATCH (r:_Run) USING INDEX r:_Run(_t, state) WHERE r._t = $b.t AND ${isOpen} } AS open,
  head(COLLECT {
    MATCH (r:_Run {_t: $b.t, configHash: $b.configHash}) USING INDEX r:_Run(_t, configHash)
    WHERE NOT $b.force AND coalesce(r.scenarioNumber, 0) = $b.scenario AND r.state IN ['SUCCEEDED', 'QUEUED', 'BINDING', 'RUNNING'] AND (r.cancelledBy IS NULL OR r.state = 'SUCCEEDED')
    RETURN ${shown} ORDER BY r.createdAtMs DESC, r.id LIMIT 1
  }) AS equal`

export const create = `MATCH (h:_Runs {_t: $b.t})
CREATE (r:_Run {_t: $b.t})
${revise}
SET r += $b.columns, r += $b.noProgress, r.state = 'QUEUED', r.createdAtMs = timestamp(), r.createdTime = ${time('timestamp()')}, r.dueAtMs = timestamp(),
  r.fromTime = datetime($b.from), r.toTime = datetime($b.to)
FOREACH (twin IN $b.twins | CREATE (:_RunTwin {_t: $b.t, run: r.id, twin: twin, at: r.createdAtMs, reads: true, writes: false}))
RETURN collect(${shown}) AS runs`

/** The answer to a key; one that named a run which was deleted since is given anew. */
export const answer = `MERGE (i:_Idem {_t: $b.t, key: $b.key}) SET i.digest = $b.digest, i.answer = $b.answer, i.at = timestamp()`

/** Nodes of their own, for which no relationship is drawn: a twin's relationships are its model's. */
export const addReads = `UNWIND $b.twins AS twin
CREATE (:_RunTwin {_t: $b.t, run: $b.id, twin: twin, at: $b.at, reads: true, writes: false})`

export const addWrites = `UNWIND $b.twins AS twin
MERGE (n:_RunTwin {_t: $b.t, run: $b.id, twin: twin}) ON CREATE SET n.reads = false, n.at = $b.at
SET n.writes = true`

export const find = `CALL () { UNWIND $b.ids AS id MATCH ${run('id')} USING INDEX SEEK r:_Run(_t, id) RETURN collect(${shown}) AS runs }
RETURN runs`

export const claim = change('$b.id', "r.state = 'QUEUED' AND r.dueAtMs <= timestamp()",
  `r.state = 'BINDING', r.owner = $b.owner, r.leaseUntilMs = timestamp() + $b.leaseMs, r.attempts = r.attempts + 1,
  r.startedAtMs = coalesce(r.startedAtMs, timestamp()), r.startedTime = coalesce(r.startedTime, ${time('timestamp()')})`)

export const begin = change('$b.id', "r.state = 'BINDING' AND r.owner = $b.owner", "r.state = 'RUNNING'")

/** No revision: nobody but its owner has to do with it. */
export const renew = `${lock}
CALL () {
  UNWIND $b.ids AS id MATCH ${run('id')} USING INDEX SEEK r:_Run(_t, id) WHERE ${isTaken} AND r.owner = $b.owner
  SET r.leaseUntilMs = timestamp() + $b.leaseMs
  RETURN collect([r.id, r.cancelledBy]) AS kept
}
RETURN kept`

export const report = `${lock}
CALL () {
  UNWIND $b.rows AS row MATCH ${run('row.id')} USING INDEX SEEK r:_Run(_t, id) WHERE ${isTaken} AND r.owner = $b.owner
  RETURN collect([r, row]) AS found
}
WITH h, found, h.revision AS before
SET h.revision = before + size(found)
WITH found, before
CALL (found, before) {
  UNWIND range(0, size(found) - 1) AS i
  WITH found[i][0] AS r, found[i][1] AS row, before + i + 1 AS revision
  SET r += row.columns, r.revision = revision, ${simulatedTime('row.simulated')}
}
RETURN size(found) AS reported`

export const end = change('$b.id', "r.owner = $b.owner AND (r.state = 'RUNNING' OR r.state = 'BINDING' AND $b.state <> 'SUCCEEDED')",
  `r += $b.columns, r.state = $b.state, ${simulatedTime('$b.simulated')}, ${ended}`)

/** What nobody wants any more is not tried again, and nothing is tried more often than it may be. */
const outcome = "CASE WHEN r.cancelledBy IS NOT NULL THEN 'CANCELLED' WHEN r.attempts >= r.mostAttempts THEN 'FAILED' ELSE 'QUEUED' END"

/** An attempt failed for the reason of `$b`. Properties of runs that go one way are set by a case each, because a run that is not of the case has none of its rows. */
const setBack = (dueAt: string): string => `SET r.state = ${outcome}
FOREACH (_ IN CASE r.state WHEN 'QUEUED' THEN [1] ELSE [] END | SET ${released}, r.dueAtMs = ${dueAt}, r.lastFailure = $b.failure)
FOREACH (_ IN CASE r.state WHEN 'QUEUED' THEN [] ELSE [1] END | SET ${ended})
FOREACH (_ IN CASE r.state WHEN 'FAILED' THEN [1] ELSE [] END | SET r += $b.failureColumns)`

const ownerSetsBack = (attempts: string, dueAt: string): string => `${lock}
MATCH ${run('$b.id')} USING INDEX SEEK r:_Run(_t, id) WHERE ${isTaken} AND r.owner = $b.owner
${revise}
SET r.attempts = ${attempts}
${setBack(dueAt)}
RETURN collect(${shown}) AS runs`

export const putBack = ownerSetsBack('CASE WHEN $b.forgives THEN 1 ELSE r.attempts END', '$b.dueAt')

export const giveBack = ownerSetsBack('r.attempts - 1', 'timestamp()')

const lost = `MATCH (r:_Run) USING INDEX r:_Run(_t, state) WHERE r._t = $b.t AND ${isTaken} AND r.leaseUntilMs <= timestamp()`

/** Without the lock, which nobody is to hold again and again for nothing. */
export const anyLost = `RETURN EXISTS { ${lost} } AS isAny`

/** One after the other, each with its revision. */
export const recover = `${lock}
CALL (h) {
  ${lost}
  WITH h, r ORDER BY r.leaseUntilMs, r.id LIMIT toInteger($b.limit)
  WITH h, collect(r) AS lost, h.revision AS before
  SET h.revision = before + size(lost)
  WITH lost, before
  UNWIND range(0, size(lost) - 1) AS i
  WITH lost[i] AS r, before + i + 1 AS revision
  SET r.revision = revision
  ${setBack('timestamp()')}
  RETURN collect(${shown}) AS runs
}
RETURN runs`

/** One that is marked already, or ended, is answered as it is. */
export const cancel = `${lock}
MATCH ${run('$b.id')} USING INDEX SEEK r:_Run(_t, id)
CALL (h, r) {
  WITH h, r WHERE ${isOpen} AND r.cancelledBy IS NULL
  ${revise}
  SET r.cancelledBy = $b.actor
  WITH r WHERE r.state = 'QUEUED'
  SET r.state = 'CANCELLED', ${ended}
}
RETURN collect(${shown}) AS runs`

export const waiting = `RETURN COLLECT {
  MATCH (r:_Run {_t: $b.t, state: 'QUEUED'}) USING INDEX r:_Run(_t, state)
  WITH r, r.dueAtMs > timestamp() AS isLater
  ORDER BY isLater, CASE WHEN isLater THEN r.dueAtMs ELSE -r.priority END, r.createdAtMs, r.id LIMIT toInteger($b.limit)
  RETURN r {.id, .priority, dueAt: r.dueAtMs}
} AS runs`

/** The latest revision, without waiting for anybody. */
export const revision = 'OPTIONAL MATCH (h:_Runs {_t: $b.t}) RETURN coalesce(h.revision, 0) AS latest'

/**
 * Under the lock: who commits shows its nodes before its index entries, and a revision that is read in between would pass over a run that cannot be found yet.
 * Asked only when there is something new.
 */
export const changed = `${lock}
RETURN h.revision AS latest, COLLECT {
  MATCH (r:_Run) USING INDEX r:_Run(_t, revision) WHERE r._t = $b.t AND r.revision > $b.after
  RETURN ${shown.replace('r {', 'r {.revision, ')} ORDER BY r.revision LIMIT toInteger($b.limit)
} AS runs`

export const addMembers = `UNWIND $b.members AS row
MERGE (m:_RunMember {_t: $b.t, run: $b.run, index: row.index}) ON CREATE SET m += row
RETURN count(*) AS added`

export const members = `RETURN COLLECT {
  MATCH (m:_RunMember) USING INDEX m:_RunMember(_t, run, index) WHERE m._t = $b.t AND m.run = $b.run AND m.index > $b.after
  RETURN m {.index, .settings, .seed, .kpis, .resultHash, .failureCode, .failureMessage} ORDER BY m.index LIMIT toInteger($b.limit)
} AS members`

export const endedOnes = `CALL () {
  UNWIND $b.ids AS id MATCH ${run('id')} USING INDEX SEEK r:_Run(_t, id) WHERE NOT ${isOpen}
  RETURN collect(r.id) AS ids
}
RETURN ids`

/** Some of what hangs from runs that have ended; how much it was tells whether there is more. */
export const clear = `CALL () {
  UNWIND $b.ids AS id
  CALL (id) {
    MATCH (n:_RunTwin) USING INDEX n:_RunTwin(_t, run, twin) WHERE n._t = $b.t AND n.run = id AND n.twin IS NOT NULL RETURN n LIMIT toInteger($b.limit)
    UNION ALL MATCH (n:_RunMember) USING INDEX n:_RunMember(_t, run, index) WHERE n._t = $b.t AND n.run = id AND n.index IS NOT NULL RETURN n LIMIT toInteger($b.limit)
  }
  WITH n LIMIT toInteger($b.limit)
  DETACH DELETE n
  RETURN count(*) AS cleared
}
RETURN cleared`

export const remove = `CALL () {
  UNWIND $b.ids AS id MATCH ${run('id')} USING INDEX SEEK r:_Run(_t, id) WHERE NOT ${isOpen}
  DETACH DELETE r
  RETURN count(*) AS removed
}
RETURN removed`

export const twins = `RETURN COLLECT {
  MATCH (n:_RunTwin) USING INDEX n:_RunTwin(_t, run, twin) WHERE n._t = $b.t AND n.run = $b.run AND n.twin > $b.after
  RETURN n {.twin, .reads, .writes} ORDER BY n.twin LIMIT toInteger($b.limit)
} AS twins`

export const runsOfTwin = `RETURN COLLECT {
  MATCH (n:_RunTwin) USING INDEX n:_RunTwin(_t, twin, at) WHERE n._t = $b.t AND n.twin = $b.twin AND n.at <= $b.at AND (n.at < $b.at OR n.run > $b.run)
  RETURN n {.run, .at, .reads, .writes} ORDER BY n.at DESC, n.run LIMIT toInteger($b.limit)
} AS runs`
