import type { Quarantined, QuarantineStore } from '../../telemetry/quarantine-store.ts'
import type { Neo4jDatabase } from './database.ts'

const count = `OPTIONAL MATCH (s:_Quarantine {_t: $b.t})
RETURN COUNT { MATCH (n:_QuarantinedReading {_t: $b.t}) } AS kept, coalesce(s.dropped, 0) AS dropped`

const add = `MERGE (s:_Quarantine {_t: $b.t}) SET s.dropped = coalesce(s.dropped, 0) + $b.dropped
WITH s UNWIND $b.rows AS row CREATE (n:_QuarantinedReading) SET n = row, n._t = $b.t, n.receivedAt = datetime(), n.attempts = 1
RETURN count(n) AS added`

const find = `MATCH (n:_QuarantinedReading {_t: $b.t}) WHERE n.id IN $b.ids RETURN collect(properties(n)) AS found`
const remove = `MATCH (n:_QuarantinedReading {_t: $b.t}) WHERE n.id IN $b.ids DELETE n RETURN count(*) AS removed`
const renew = `UNWIND $b.rows AS row MATCH (n:_QuarantinedReading {_t: $b.t, id: row.id}) SET n.code = row.code, n.message = row.message, n.attempts = n.attempts + 1
RETURN count(n) AS renewed`

/** Refused readings as nodes `_QuarantinedReading`; what was dropped is counted on one node `_Quarantine` a tenant. */
export function createNeo4jQuarantineStore(database: Pick<Neo4jDatabase, 'read' | 'write'>, tenant: string): QuarantineStore {
  return {
    async count() {
      const { kept, dropped } = await database.read({ text: count, parameters: { b: { t: tenant } } })
      return { kept: Number(kept), dropped: Number(dropped) }
    },
    async add(refusals, dropped) {
      const rows = refusals.map((refusal) => Object.fromEntries(Object.entries(refusal).filter(([, value]) => value !== null)))
      await database.write({ text: add, parameters: { b: { t: tenant, rows, dropped } } })
    },
    async find(ids) {
      const { found } = await database.read({ text: find, parameters: { b: { t: tenant, ids } } })
      return (found as readonly Partial<Quarantined>[]).map((row) => ({ twin: null, name: null, at: null, origin: null, source: null, topic: null, ...row }) as Quarantined)
    },
    async remove(ids) {
      if (ids.length === 0) return 0
      return Number((await database.write({ text: remove, parameters: { b: { t: tenant, ids } } }))['removed'])
    },
    async renew(refusals) {
      if (refusals.length > 0) await database.write({ text: renew, parameters: { b: { t: tenant, rows: refusals } } })
    },
  }
}
