import { createNeo4jFeatureGraph } from './adapters/neo4j/feature-graph.ts'
import { createNeo4jOverrideStore } from './adapters/neo4j/override-store.ts'
import { createNeo4jPastSettings } from './adapters/neo4j/past-settings.ts'
import { createNeo4jPredictorStore } from './adapters/neo4j/predictor-store.ts'
import { createNeo4jRunStore } from './adapters/neo4j/run-store.ts'
import { createNeo4jScenarioNames } from './adapters/neo4j/lineage-scenarios.ts'
import { createNeo4jSeenTwins } from './adapters/neo4j/lineage-twins.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import type { ArtifactStore } from './artifact/artifact-store.ts'
import type { Config } from './config.ts'
import type { Services } from './graphql/services.ts'
import { createPropertyHistory } from './history/property-history.ts'
import { createLineageService } from './lineage/lineage-service.ts'
import type { Registry } from './model/registry.ts'
import { createOverrideBook } from './scenario/override-book.ts'
import type { SourceDefinition } from './telemetry/source/definition.ts'

export interface LineageParts {
  readonly config: Pick<Config, 'limits'>
  readonly database: Neo4jDatabase
  readonly tenant: string
  readonly artifacts: ArtifactStore
  readonly sources: readonly SourceDefinition[]
  readonly services: Pick<Services, 'history' | 'scenarios' | 'telemetry' | 'runs'>
  registry(): Registry
}

/** Of the time that an operation has: the rest is for telling what was found. */
const shareOfTime = 0.6

/** The part of the app that says why a value is what it is. */
export function openLineage({ config: { limits }, database, tenant, artifacts, sources, services: { history, scenarios, telemetry, runs }, registry }: LineageParts): Pick<Services, 'lineage'> {
  return {
    lineage: createLineageService({
      twins: createNeo4jSeenTwins(database, tenant, registry), history, scenarios, scenarioNames: createNeo4jScenarioNames(database, tenant), overrides: createOverrideBook(createNeo4jOverrideStore(database, tenant)),
      telemetry, sources, runs: createNeo4jRunStore(database, tenant), artifacts, engines: runs.engines, predictors: createNeo4jPredictorStore(database, tenant), registry,
      features: { graph: createNeo4jFeatureGraph(database, tenant, registry), history: createPropertyHistory(createNeo4jPastSettings(database, tenant)), registry },
    }, { mostMs: limits.operationTimeoutMs * shareOfTime }),
  }
}
