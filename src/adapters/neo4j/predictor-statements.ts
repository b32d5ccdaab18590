import type { PredictorColumn } from './predictor-row.ts'

const columns: Readonly<Record<PredictorColumn, true>> = {
  id: true, name: true, version: true, stage: true, runtime: true, stored: true, card: true, build: true, createdAtMs: true, createdBy: true, stagedAtMs: true,
}
const shown = `p {${Object.keys(columns).map((name) => `.${name}`).join(', ')}}`
const predictor = (id: string): string => `(p:_Predictor {_t: $b.t, id: ${id}})`
const stagedNow = 'p.stagedAtMs = timestamp(), p.stagedTime = datetime({epochMillis: timestamp()})'

/**
 * Of each name a node of its own, which whoever changes a predictor of the name holds: it counts the versions, and says in one property which of them is ACTIVE,
 * so that no reader ever finds two of them, or none while another takes its place.
 */
const lock = 'SET n.lock = timestamp() WITH n'

/** Takes the lock, and answers all that decides what becomes of a registration. */
export const look = `MERGE (n:_PredictorName {_t: $b.t, name: $b.columns.name}) ON CREATE SET n.latest = 0
${lock}
OPTIONAL MATCH (i:_Idem {_t: $b.t, key: $b.key})
RETURN i {.digest, .answer} AS answer,
  head(COLLECT { MATCH (p:_Predictor {_t: $b.t, name: $b.columns.name}) WHERE p.build = $b.columns.build RETURN ${shown} ORDER BY p.version LIMIT 1 }) AS equal`

export const create = `MATCH (n:_PredictorName {_t: $b.t, name: $b.columns.name}) SET n.latest = n.latest + 1
CREATE (p:_Predictor {_t: $b.t})
SET p += $b.columns, p.version = n.latest, p.id = n.name + ';' + toString(n.latest), p.stage = 'CANDIDATE',
  p.createdAtMs = timestamp(), p.createdTime = datetime({epochMillis: timestamp()}), ${stagedNow}
RETURN ${shown} AS predictor`

/** The answer to a key. */
export const answer = 'MERGE (i:_Idem {_t: $b.t, key: $b.key}) SET i.digest = $b.digest, i.answer = $b.answer, i.at = timestamp()'

/** One that is of the stage already stays as it is. */
export const setStage = `OPTIONAL MATCH ${predictor('$b.id')}
OPTIONAL MATCH (n:_PredictorName {_t: $b.t, name: p.name})
CALL (n, p) {
  WITH n, p WHERE n IS NOT NULL
  ${lock}, p, n.active AS before
  WHERE p.stage <> $b.stage
  SET p.stage = $b.stage, ${stagedNow}, n.active = CASE WHEN $b.stage = 'ACTIVE' THEN p.id WHEN before = p.id THEN null ELSE before END
  WITH before, p WHERE $b.stage = 'ACTIVE'
  MATCH (q:_Predictor {_t: $b.t, id: before})
  SET q.stage = 'RETIRED', q.stagedAtMs = p.stagedAtMs, q.stagedTime = p.stagedTime
}
RETURN CASE WHEN p IS NULL THEN null ELSE ${shown} END AS predictor`

export const find = `CALL () { UNWIND $b.ids AS id MATCH ${predictor('id')} RETURN collect(${shown}) AS predictors }
RETURN predictors`

const head = 'p {.id, .stage, .stagedAtMs}'

export const headOfId = `OPTIONAL MATCH ${predictor('$b.id')} RETURN ${head} AS head`

export const headOfName = `OPTIONAL MATCH (n:_PredictorName {_t: $b.t, name: $b.name})
OPTIONAL MATCH ${predictor('n.active')}
RETURN p {.id, stage: 'ACTIVE', .stagedAtMs} AS head`

export const names = `RETURN COLLECT { MATCH (n:_PredictorName) WHERE n._t = $b.t AND n.latest > 0 RETURN n.name ORDER BY n.name LIMIT toInteger($b.limit) } AS names`
