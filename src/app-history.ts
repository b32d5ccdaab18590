import { createNeo4jHistoryTrimmer } from './adapters/neo4j/history-trimmer.ts'
import { createNeo4jPastSettings } from './adapters/neo4j/past-settings.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import type { StoredTenant } from './adapters/neo4j/head.ts'
import type { Config } from './config.ts'
import type { Services } from './graphql/services.ts'
import { earliestKnownForMs } from './history/instants.ts'
import { createPropertyHistory } from './history/property-history.ts'
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

/** The history of properties, and the forgetting of what is too old. */
export function openHistory({ config, parts, log, database, tenant: { tenant } }: HistoryParts): Pick<Services, 'history'> {
  parts.use(createHistoryRetention({
    trimmer: createNeo4jHistoryTrimmer(database, tenant), days: config.historyDays, everyMs: config.retentionEveryMs,
    graceMs: earliestKnownForMs + config.limits.operationTimeoutMs + statementMs,
    onTrouble: (err) => { log.warn({ err }, 'what is too old of history could not be forgotten; it is tried again') },
  }))
  return { history: createPropertyHistory(createNeo4jPastSettings(database, tenant)) }
}
