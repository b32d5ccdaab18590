import type { LatestValue, LatestValues } from '../../telemetry/latest-projection.ts'
import { latestColumn } from '../../twin/columns.ts'
import { encodeValue } from '../../twin/encode-value.ts'
import { storedKind } from '../../twin/stored-value.ts'
import type { Neo4jDatabase } from './database.ts'
import { toDriver } from './driver-value.ts'

/** Neither journal nor history: the telemetry store has both. */
const text = (label: 'Twin' | '_Component'): string => `UNWIND $b.rows AS row MATCH (n:${label} {_t: $b.t, _id: row.id}) USING INDEX SEEK n:${label}(_t, _id)
SET n += row.set
RETURN count(n) AS written`

export function createNeo4jLatestValues(database: Pick<Neo4jDatabase, 'write'>, tenant: string): LatestValues {
  return {
    async write(values) {
      const rows = [...Map.groupBy(values, ({ twin }) => twin)].map(([id, all]) => ({ id, set: Object.fromEntries(all.map((value) => [latestColumn(value.name), toStored(value)])) }))
      for (const [label, some] of [['Twin', rows], ['_Component', rows.filter(({ id }) => id.includes('#'))]] as const) {
        if (some.length > 0) await database.write({ text: text(label), parameters: { b: { t: tenant, rows: some } } })
      }
    },
  }
}

/** As a property of the schema would lie there, so that the same filters serve both. Structured values are JSON text in a series already. */
function toStored({ schema, value }: LatestValue): unknown {
  const kind = storedKind(schema)
  return kind === 'json' ? value : toDriver(encodeValue(schema, kind === 'point' ? JSON.parse(String(value)) : value))
}
