import type { Columns } from '../../change/live/live-plan.ts'
import type { TwinColumns } from '../../change/live/dispatcher.ts'
import type { Neo4jDatabase } from './database.ts'

const text = `UNWIND $b.ids AS id MATCH (n:Twin {_t: $b.t, _id: id}) USING INDEX SEEK n:Twin(_t, _id)
RETURN collect(properties(n)) AS rows`

export function createNeo4jTwinColumns(database: Pick<Neo4jDatabase, 'read'>, tenant: string): TwinColumns {
  return {
    async read(ids) {
      const { rows } = await database.read({ text, parameters: { b: { t: tenant, ids } } })
      return new Map((rows as readonly Columns[]).map((columns) => [String(columns['_id']), withoutPrototype(columns)]))
    },
  }
}

/** Models may have properties such as `constructor`, which every plain object seems to have. */
const withoutPrototype = (columns: Columns): Columns => Object.assign(Object.create(null) as Record<string, unknown>, columns)
