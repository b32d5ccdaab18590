import { createNeo4jHistoryTrimmer } from './adapters/neo4j/history-trimmer.ts'
import { createInstantGraphs } from './adapters/neo4j/diff-instants.ts'
import { createNeo4jRelationshipReader } from './adapters/neo4j/diff-relationships.ts'
import { createNeo4jScenarioEntries } from './adapters/neo4j/past-scenario-entries.ts'
import { createNeo4jPastSettings } from './adapters/neo4j/past-settings.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import type { StoredTenant } from './adapters/neo4j/head.ts'
import { createNeo4jEditReader } from './adapters/neo4j/scenario-edits.ts'
import type { Config } from './config.ts'
import { createDiffService } from './diff/diff-service.ts'
import { createScenarioGraphs } from './diff/scenario-graphs.ts'
import type { Services } from './graphql/services.ts'
import { earliestKnownForMs, type Instants } from './history/instants.ts'
import { createLayeredHistory } from './history/layered-history.ts'
import { createPropertyHistory } from './history/property-history.ts'
import { createHistoryRetention } from './history/retention.ts'
import type { Registry } from './model/registry.ts'
import type { Log } from './observe/log.ts'
import type { ScenarioBook } from './scenario/scenario.ts'

export interface HistoryParts {
  readonly config: Config
  readonly parts: AsyncDisposableStack
  readonly log: Log
  readonly database: Neo4jDatabase
  readonly tenant: StoredTenant
  readonly instants: Instants
  readonly scenarios: ScenarioBook
  registry(): Registry
}

/** How long the store lets a statement run, and some seconds for it to end. */
const statementMs = 35_000

/** The history of properties, what differs between instants and in scenarios, and the forgetting of what is too old. */
export function openHistory({ config, parts, log, database, tenant: { tenant }, instants, scenarios, registry }: HistoryParts): Pick<Services, 'history' | 'diff'> {
  parts.use(createHistoryRetention({
    trimmer: createNeo4jHistoryTrimmer(database, tenant), days: config.historyDays, everyMs: config.retentionEveryMs,
    graceMs: earliestKnownForMs + config.limits.operationTimeoutMs + statementMs,
    onTrouble: (err) => { log.warn({ err }, 'what is too old of history could not be forgotten; it is tried again') },
  }))
  const sources = { edits: createNeo4jEditReader(database, tenant), relationships: createNeo4jRelationshipReader(database, tenant), registry }
  return {
    history: createLayeredHistory(createPropertyHistory(createNeo4jPastSettings(database, tenant)), createNeo4jScenarioEntries(database, tenant)),
    diff: createDiffService({
      instants, scenarios, registry,
      instantGraphs: (times) => createInstantGraphs(database, tenant, times, registry),
      scenarioGraphs: (scenario, parent) => createScenarioGraphs(sources, scenario, parent),
    }),
  }
}
