import type { PolicyStore, PolicyTerms } from '../../telemetry/retention/policy.ts'
import type { Neo4jDatabase } from './database.ts'

const load = `MATCH (n:_TelemetryPolicy {_t: $b.t}) RETURN collect(n {.model, .name, .keep, .rollupEvery, .rollupKeep}) AS found`
const set = `MERGE (n:_TelemetryPolicy {_t: $b.t, id: $b.row.id}) SET n = $b.row, n._t = $b.t, n.updatedAt = datetime()
RETURN n.id AS id`
const remove = `MATCH (n:_TelemetryPolicy {_t: $b.t, id: $b.id}) DELETE n RETURN count(*) AS removed`

/** By the database's clock, which all processes share. The lock makes two that come at once come one after the other. */
const claim = `MERGE (k:_TelemetryKeeper {_t: $b.t}) SET k.lock = timestamp()
WITH k, k.holder IS NULL OR k.holder = $b.holder OR k.until <= timestamp() AS free
FOREACH (_ IN CASE WHEN free THEN [1] ELSE [] END | SET k.holder = $b.holder, k.until = timestamp() + $b.forMs)
RETURN free`

/** Policies as nodes `_TelemetryPolicy`; which process acts on them stands on one node `_TelemetryKeeper` a tenant. */
export function createNeo4jPolicyStore(database: Pick<Neo4jDatabase, 'read' | 'write'>, tenant: string): PolicyStore {
  return {
    async load() {
      const { found } = await database.read({ text: load, parameters: { b: { t: tenant } } })
      return (found as readonly (Omit<PolicyTerms, 'telemetry'> & { readonly name: string | null })[]).map(({ name, ...rest }) => ({ ...rest, telemetry: name }))
    },
    async set({ telemetry, ...terms }) {
      const row = Object.fromEntries(Object.entries({ ...terms, name: telemetry, id: idOf(terms.model, telemetry) }).filter(([, value]) => value !== null))
      return String((await database.write({ text: set, parameters: { b: { t: tenant, row } } }))['id'])
    },
    async remove(model, telemetry) {
      return Number((await database.write({ text: remove, parameters: { b: { t: tenant, id: idOf(model, telemetry) } } }))['removed']) > 0
    },
    async claim(holder, forMs) {
      return (await database.write({ text: claim, parameters: { b: { t: tenant, holder, forMs } } }))['free'] === true
    },
  }
}

/** One policy a model and telemetry. DTMIs hold no slashes. */
const idOf = (model: string, telemetry: string | null): string => (telemetry === null ? model : `${model}/${telemetry}`)
