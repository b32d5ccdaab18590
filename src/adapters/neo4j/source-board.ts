import type { SourceBoard } from '../../telemetry/source/show-sources.ts'
import { formatInstant } from '../../telemetry/instant.ts'
import type { Neo4jDatabase } from './database.ts'

const text = `CALL () { MATCH (n:_TelemetrySource {_t: $b.t}) WHERE NOT n.id IN [row IN $b.rows | row.id] DELETE n }
CALL () {
  UNWIND $b.rows AS row MERGE (n:_TelemetrySource {_t: $b.t, id: row.id})
  SET n = row, n._t = $b.t, n.since = datetime(row.since), n.lastMessageAt = datetime(row.lastMessageAt), n.updatedAt = datetime()
}
RETURN true AS written`

/** Sources as nodes `_TelemetrySource`. */
export function createNeo4jSourceBoard(database: Pick<Neo4jDatabase, 'write'>, tenant: string): SourceBoard {
  return {
    async write(sources) {
      const rows = sources.map(({ since, lastMessageAt, ...rest }) => ({ ...rest, since: formatInstant(since), lastMessageAt: lastMessageAt === null ? null : formatInstant(lastMessageAt) }))
      await database.write({ text, parameters: { b: { t: tenant, rows } } })
    },
  }
}
