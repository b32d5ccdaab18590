import type { PendingStore } from '../../alert/pending-store.ts'
import type { Neo4jDatabase } from './database.ts'

const find = 'OPTIONAL MATCH (p:_RulePending {_t: $b.t, rule: $b.rule}) WHERE p.version = $b.version RETURN coalesce(p.twins, []) AS twins, coalesce(p.since, []) AS since'
const put = 'MERGE (p:_RulePending {_t: $b.t, rule: $b.rule}) SET p.version = $b.version, p.twins = $b.twins, p.since = $b.since RETURN p.rule AS rule'

/** `(:_RulePending {_t, rule, version, twins, since})`: two lists, side by side. */
export function createNeo4jRulePending(database: Pick<Neo4jDatabase, 'read' | 'write'>, tenant: string): PendingStore {
  return {
    async find(rule, version) {
      const { twins, since } = await database.read({ text: find, parameters: { b: { t: tenant, rule, version: BigInt(version) } } })
      return (twins as readonly string[]).map((twin, index) => ({ twin, since: (since as readonly number[])[index] ?? 0 }))
    },
    async put(rule, version, pending) {
      await database.write({ text: put, parameters: { b: { t: tenant, rule, version: BigInt(version), twins: pending.map(({ twin }) => twin), since: pending.map(({ since }) => BigInt(Math.round(since))) } } })
    },
  }
}
