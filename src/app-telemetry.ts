import { join } from 'node:path'
import { createDuckdbTelemetryStore } from './adapters/duckdb/telemetry-store.ts'
import { createMqttSource } from './adapters/mqtt/mqtt-source.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import { createNeo4jLatestValues } from './adapters/neo4j/latest-values.ts'
import { createNeo4jOverrideStore } from './adapters/neo4j/override-store.ts'
import { createNeo4jPolicyStore } from './adapters/neo4j/policy-store.ts'
import { createNeo4jQuarantineStore } from './adapters/neo4j/quarantine-store.ts'
import { createNeo4jReach } from './adapters/neo4j/reach.ts'
import { createNeo4jSourceBoard } from './adapters/neo4j/source-board.ts'
import { createNeo4jTwinModels } from './adapters/neo4j/twin-models.ts'
import { createProcessMapper } from './adapters/process/mapper.ts'
import type { Config } from './config.ts'
import type { Registry } from './model/registry.ts'
import type { Log } from './observe/log.ts'
import { createTelemetry, type Telemetry } from './telemetry/create-telemetry.ts'
import type { SourceDefinition } from './telemetry/source/definition.ts'
import { readSources } from './telemetry/source/read-sources.ts'
import { createRawReader } from './telemetry/source/raw-reader.ts'
import { showSources } from './telemetry/source/show-sources.ts'
import type { TelemetryStore } from './telemetry/telemetry-store.ts'

export interface TelemetryParts {
  readonly config: Config
  readonly parts: AsyncDisposableStack
  readonly log: Log
  readonly database: Neo4jDatabase
  readonly tenant: string
  readonly registry: () => Registry
  /** Called after readings became durable. */
  readonly onAppended: () => void
  /** Called after overrides of scenarios were committed. */
  readonly onOverridden: () => void
}

/** The telemetry half of the app, and how to begin to listen to its sources: not before there are twins to send readings to. */
export interface OpenTelemetry {
  readonly telemetry: Telemetry
  /** What the sources file says. */
  readonly sources: readonly SourceDefinition[]
  startSources(): Promise<void>
}

export async function openTelemetry({ config, parts, log, database, tenant, registry, onAppended, onOverridden }: TelemetryParts): Promise<OpenTelemetry> {
  const definitions = config.sourcesFile === undefined ? [] : await readSources(config.sourcesFile, config.environment)
  const store = parts.use(await openStore(config, tenant, log))
  const mapper = parts.use(createProcessMapper())
  const telemetry = parts.use(await createTelemetry({
    store, isShared: config.telemetryUrl !== undefined, onAppended, registry, quarantineLimit: config.limits.quarantine, mostPending: config.limits.pendingMessages,
    twins: createNeo4jTwinModels(database, tenant),
    values: createNeo4jLatestValues(database, tenant),
    quarantineStore: createNeo4jQuarantineStore(database, tenant),
    policyStore: createNeo4jPolicyStore(database, tenant), retentionEveryMs: config.retentionEveryMs,
    reach: createNeo4jReach(database, tenant),
    overrideStore: createNeo4jOverrideStore(database, tenant), onOverridden,
    readRaw: createRawReader(definitions, mapper),
    onTrouble: (err, what) => { log.warn({ err }, what) },
  }))
  const startSource = (definition: SourceDefinition) => parts.use(createMqttSource(definition, telemetry.intake, {
    mapper, environment: config.environment, instance: config.instance, log: { info: (message) => { log.info(message) }, error: (message) => { log.error(message) } },
  }))
  return {
    telemetry,
    sources: definitions,
    async startSources() {
      const sources = definitions.map(startSource)
      parts.use(await showSources(sources, createNeo4jSourceBoard(database, tenant), (err) => { log.warn({ err }, 'the state of sources could not be written down') }))
    },
  }
}

async function openStore(config: Config, tenant: string, log: Log): Promise<TelemetryStore> {
  if (config.telemetryUrl === undefined) return await createDuckdbTelemetryStore({ directory: join(config.dataDirectory, 'telemetry', tenant), memoryMb: config.telemetryMemoryMb, log })
  const { createPostgresTelemetryStore } = await import('./adapters/postgres/telemetry-store.ts') // its driver is loaded only where it is used
  return await createPostgresTelemetryStore({ url: config.telemetryUrl, tenant, log })
}
