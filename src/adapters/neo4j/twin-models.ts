import type { TwinModels } from '../../telemetry/twin-directory.ts'
import type { Neo4jDatabase } from './database.ts'

const text = `UNWIND $b.ids AS id MATCH (n:Twin {_t: $b.t, _id: id}) USING INDEX SEEK n:Twin(_t, _id)
RETURN collect([n._id, n._model]) AS found`

export function createNeo4jTwinModels(database: Pick<Neo4jDatabase, 'read'>, tenant: string): TwinModels {
  return {
    async modelsOf(ids) {
      const { found } = await database.read({ text, parameters: { b: { t: tenant, ids } } })
      return new Map(found as readonly (readonly [string, string])[])
    },
  }
}
