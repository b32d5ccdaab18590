import type { Statement } from '../../domain/statement.ts'
import type { ModelEvent } from '../../model/model-store.ts'

type Columns = Readonly<Record<string, unknown>>

/** The version first: a change that commits meanwhile then shows as one that is not known yet. */
export const load = (tenant: string): Statement => ({
  text: `
OPTIONAL MATCH (h:_Head {_t: $b.t})
WITH coalesce(h.models, 0) AS version
RETURN version, COLLECT {
  MATCH (m:_Model) WHERE m._t = $b.t
  RETURN m {.dtmi, .source, .typeName, .singular, .plural, .state, .pinned, .replacedBy, publishedAt: toString(m.publishedAt), removeAfter: toString(m.removeAfter)} ORDER BY m.dtmi
} AS models`,
  parameters: { b: { t: tenant } },
})

export const create = (tenant: string, models: readonly Columns[], at: string): Statement => ({
  text: `
WITH datetime($b.at) AS at
UNWIND $b.models AS model
CREATE (m:_Model {_t: $b.t, publishedAt: at}) SET m += model`,
  parameters: { b: { t: tenant, models, at } },
})

/** Parents and components are published by now: models are checked before they are stored. */
export const connect = (tenant: string, type: '_EXTENDS' | '_COMPOSES', pairs: readonly { readonly from: string; readonly to: string }[]): Statement => ({
  text: `
UNWIND $b.pairs AS pair
MATCH (from:_Model {_t: $b.t, dtmi: pair.from})
MATCH (to:_Model {_t: $b.t, dtmi: pair.to})
CREATE (from)-[:${type}]->(to)`,
  parameters: { b: { t: tenant, pairs } },
})

export const update = (tenant: string, updates: readonly { readonly dtmi: string; readonly removeAfter: string | null; readonly columns: Columns }[]): Statement => ({
  text: `
UNWIND $b.updates AS row
MATCH (m:_Model {_t: $b.t, dtmi: row.dtmi})
SET m += row.columns, m.removeAfter = coalesce(date(row.removeAfter), m.removeAfter)`,
  parameters: { b: { t: tenant, updates } },
})

export interface Advance {
  readonly tenant: string
  readonly actor: string
  readonly event: ModelEvent
  readonly ids: readonly string[]
  /** The last journal entry before these. */
  readonly seq: number
  /** Milliseconds since 1970, strictly increasing. */
  readonly at: number
  readonly version: number
}

/** The mutation behind each event. */
const causes: Readonly<Record<ModelEvent, string>> = {
  'model-published': 'publishModels', 'model-deprecated': 'deprecateModel', 'model-retired': 'retireModel', 'model-exposed': 'exposeModels', 'model-hidden': 'exposeModels',
}

/** One journal entry a model, and the head behind them. */
export const advance = ({ tenant, actor, event, ids, seq, at, version }: Advance): Statement => ({
  text: `
MATCH (h:_Head {_t: $b.t})
SET h.seq = h.seq + size($b.ids), h.at = $b.at, h.models = $b.version
WITH $b.seq AS seq
UNWIND range(0, size($b.ids) - 1) AS k
CREATE (:_J {_t: $b.t, _seq: seq + 1 + k, _to: $b.at, _op: $b.event, _id: $b.ids[k], _actor: $b.actor, _cause: $b.cause})`,
  parameters: { b: { t: tenant, actor, event, cause: causes[event], ids, seq: BigInt(seq), at: BigInt(at), version: BigInt(version) } },
})

export const findAnswer = (tenant: string, key: string): Statement => ({
  text: 'OPTIONAL MATCH (i:_Idem {_t: $b.t, key: $b.key}) RETURN i {.digest, .answer} AS found',
  parameters: { b: { t: tenant, key } },
})

export const keepAnswer = (tenant: string, { key, digest, answer, at }: { readonly key: string; readonly digest: string; readonly answer: string; readonly at: number }): Statement => ({
  text: 'CREATE (:_Idem {_t: $b.t, key: $b.key, digest: $b.digest, answer: $b.answer, at: $b.at})',
  parameters: { b: { t: tenant, key, digest, answer, at: BigInt(at) } },
})

/** By the index on `(_t, _model)`: what it costs depends on the twins counted, not on those of other models. */
export const countTwins = (tenant: string, models: readonly string[]): Statement => ({
  text: `
UNWIND $b.models AS model
CALL (model) { MATCH (n:Twin) WHERE n._t = $b.t AND n._model = model RETURN count(n) AS twins }
RETURN collect([model, twins]) AS counts`,
  parameters: { b: { t: tenant, models } },
})
