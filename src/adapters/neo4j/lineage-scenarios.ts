import type { ScenarioNames } from '../../lineage/lineage-ports.ts'
import type { Neo4jDatabase } from './database.ts'

const promotedText = `CALL () { MATCH (s:_Scenario {_t: $b.t, endedAt: $b.at}) USING INDEX SEEK s:_Scenario(_t, endedAt) WHERE s.state = 'PROMOTED' RETURN s.id AS id ORDER BY id LIMIT 100 }
RETURN collect(id) AS ids`

const numberedText = 'OPTIONAL MATCH (s:_Scenario {_t: $b.t, number: $b.number}) RETURN s.id AS id'

export function createNeo4jScenarioNames(database: Pick<Neo4jDatabase, 'read'>, tenant: string): ScenarioNames {
  return {
    async promotedAt(stamp, signal) {
      return (await database.read({ text: promotedText, parameters: { b: { t: tenant, at: BigInt(stamp) } } }, { signal }))['ids'] as readonly string[]
    },
    async numbered(number, signal) {
      const { id } = await database.read({ text: numberedText, parameters: { b: { t: tenant, number: BigInt(number) } } }, { signal })
      return id === null ? undefined : String(id)
    },
  }
}
