import { createNeo4jHistoryTrimmer } from './adapters/neo4j/history-trimmer.ts'
import { createNeo4jInstants } from './adapters/neo4j/instants.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import type { StoredTenant } from './adapters/neo4j/head.ts'
import type { Config } from './config.ts'
import { createInstants, earliestKnownForMs, type Instants } from './history/instants.ts'
import { createHistoryRetention } from './history/retention.ts'
import type { Log } from './observe/log.ts'

export interface HistoryParts {
  readonly config: Config
  readonly parts: AsyncDisposableStack
  readonly log: Log
  readonly database: Neo4jDatabase
  readonly tenant: StoredTenant
}

/** How long the store lets a statement run, and some seconds for it to end. */
const statementMs = 35_000

/** The past of the graph: the instants that can be read, and the forgetting of those that are too old. */
export function openHistory({ config, parts, log, database, tenant: { tenant } }: HistoryParts): { readonly instants: Instants } {
  parts.use(createHistoryRetention({
    trimmer: createNeo4jHistoryTrimmer(database, tenant), days: config.historyDays, everyMs: config.retentionEveryMs,
    graceMs: earliestKnownForMs + config.limits.operationTimeoutMs + statementMs,
    onTrouble: (err) => { log.warn({ err }, 'what is too old of history could not be forgotten; it is tried again') },
  }))
  return { instants: createInstants(createNeo4jInstants(database, tenant)) }
}
