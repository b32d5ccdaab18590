import { join } from 'node:path'
import { createFileArtifactStore } from './adapters/file/artifact-store.ts'
import { createNeo4jCatalogueReader } from './adapters/neo4j/catalogue-reader.ts'
import { createNeo4jDatabase, type Neo4jConfig, type Neo4jDatabase } from './adapters/neo4j/database.ts'
import { lockDataDirectory } from './adapters/neo4j/embedded/data-lock.ts'
import { createEmbeddedNeo4j } from './adapters/neo4j/embedded/server.ts'
import { ensureTenant, setBack } from './adapters/neo4j/head.ts'
import { mirrorIndexes } from './adapters/neo4j/mirror-indexes.ts'
import { ensureModelIndexes, indexLargeLabels } from './adapters/neo4j/model-indexes.ts'
import { createNeo4jModelStore } from './adapters/neo4j/model-store.ts'
import { ensureSchema } from './adapters/neo4j/schema.ts'
import { createNeo4jTwinMigrationStore } from './adapters/neo4j/twin-migration.ts'
import { createNeo4jTwinStore } from './adapters/neo4j/twin-store.ts'
import { resolvers } from '../resolvers/index.ts'
import { openStream } from '../subscriptions/index.ts'
import { noWakeUp, type WakeUps } from './change/wake-up.ts'
import { type Config, ConfigError } from './config.ts'
import { loadDemo } from './demo.ts'
import { assembleSchema, isShown } from './graphql/assemble.ts'
import type { Principal } from './graphql/context.ts'
import { createLiveSchema } from './graphql/live-schema.ts'
import { createPlatformSchema, readContract } from './graphql/platform-schema.ts'
import { createSelectTwins } from './graphql/select-twins.ts'
import type { Services } from './graphql/services.ts'
import { serve } from './http/serve.ts'
import { createModelService } from './model/model-service.ts'
import { createLog } from './observe/log.ts'
import { createMetrics } from './observe/metrics.ts'
import { openAlerts } from './app-alerts.ts'
import { openLineage } from './app-lineage.ts'
import { openLive } from './app-live.ts'
import { openPrediction } from './app-prediction.ts'
import { openHistory } from './app-history.ts'
import { openRuns } from './app-runs.ts'
import { openScenarios } from './app-scenarios.ts'
import { openTelemetry } from './app-telemetry.ts'
import { openReading } from './app-reading.ts'
import { createGroupCommit } from './twin/group-commit.ts'
import { createTwinMigrationService } from './twin/migrate/migration-service.ts'
import { createModelUse } from './twin/model-use.ts'
import { observeCommits } from './twin/observe-commits.ts'
import { createTwinService } from './twin/twin-service.ts'
import { newId } from './util/id.ts'

export interface App extends AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  readonly config: Config
  readonly services: Services
  readonly database: Neo4jDatabase
  /** The server it works with. */
  readonly neo4j: Neo4jConfig
  /** Ends the grace of requests in flight at once, while the app is being disposed. */
  hurry(): void
}

/**
 * Starts everything, in the order in which each needs the others, and resolves when the server is ready.
 * Disposing ends it in the opposite order: not ready, no new requests, those in flight, the commits, the store, the embedded server.
 */
export async function createApp(config: Config): Promise<App> {
  await using parts = new AsyncDisposableStack()
  const log = createLog(config.logLevel)

  const { database, connection } = await openDatabase(config, parts, log)
  await ensureSchema(database)
  await ensureModelIndexes(database)
  const tenant = await ensureTenant(database, config.tenant)

  const models = await createModelService({ store: createNeo4jModelStore(database, tenant.tenant) })
  const wakeUps = await openWakeUps(config, parts, log)
  let onReceived = (): void => undefined // there are no rules yet
  const { telemetry, sources, startSources } = await openTelemetry({ config, parts, log, database, tenant: tenant.tenant, registry: () => models.registry(), onAppended: () => { onReceived(); wakeUps.readings.announce() }, onOverridden: () => { live.committed() } })
  parts.defer(wakeUps.readings.listen(() => {
    onReceived()
    telemetry.tail.wake()
    telemetry.tailOfAll.wake()
  }))
  const live = openLive({ config, parts, log, database, tenant, models, telemetry, wakeUp: wakeUps.changes })
  const scenarios = openScenarios({ config, parts, log, database, tenant, live, registry: () => models.registry() })
  const reading = openReading({ database, tenant, telemetry, scenarios: scenarios.services.scenarios })
  const use = createModelUse()
  const twinStore = createNeo4jTwinStore(database, tenant)
  const commits = parts.use(createGroupCommit(observeCommits(twinStore, (writes) => {
    use.notice(writes)
    live.committed()
    reading.committed(writes)
    telemetry.twinsChanged([...writes.creates, ...writes.deletes].map(({ id }) => id))
  }), models))
  const life = scenarios.openLife(commits)
  const history = openHistory({ config, parts, log, database, tenant, instants: reading.services.instants, scenarios: scenarios.services.scenarios, registry: () => models.registry() })
  const artifacts = await createFileArtifactStore({ directory: config.artifactsDirectory ?? join(config.dataDirectory, 'artifacts') })
  const prediction = openPrediction({ config, parts, database, tenant: tenant.tenant, artifacts, telemetry, registry: () => models.registry() })
  const principal: Principal = { tenant: tenant.tenant, subject: 'local-administrator' }
  const assembled = Promise.withResolvers<void>()
  const select = createSelectTwins({ ready: assembled.promise, schema: () => schema.current, registry: () => models.registry(), context: (signal) => ({ principal, requestId: newId(), signal: signal ?? new AbortController().signal, services }) })
  const runs = await openRuns({
    select, config, parts, log, database, tenant: tenant.tenant, telemetry, commits, artifacts, prediction, registry: () => models.registry(),
    services: { vantages: reading.services.vantages, scenarios: scenarios.services.scenarios, scenarioLife: life.scenarioLife },
  })
  const alerting = openAlerts({ config, parts, log, database, tenant: tenant.tenant, telemetry, artifacts, live, predictors: prediction.book, registry: () => models.registry() })
  const services: Services = {
    models,
    twins: createTwinService(commits),
    migration: createTwinMigrationService({ store: createNeo4jTwinMigrationStore(database, tenant), onMigrated: live.committed, registry: () => models.registry() }),
    ...reading.services,
    telemetry,
    ...history,
    ...scenarios.services,
    ...life,
    ...runs.services,
    ...prediction.services,
    ...live.services,
    ...alerting.services,
    ...openLineage({
      config, database, tenant: tenant.tenant, artifacts, sources, registry: () => models.registry(),
      services: { history: history.history, scenarios: scenarios.services.scenarios, telemetry, runs: runs.services.runs },
    }),
  }
  await setBack(database, tenant.tenant, 0) // a demo that was not loaded to its end may have left it
  if (config.demo) await loadDemo({ ...services, setBack: (ms) => setBack(database, tenant.tenant, ms) }, principal, log)

  const [platform] = await Promise.all([
    createPlatformSchema({ contract: await readContract(), resolvers, reader: createNeo4jCatalogueReader(database) }),
    twinStore.prepare('base'), // the first mutation would else wait for its statements to be planned
  ])
  void twinStore.prepare('scenarios').catch((err: unknown) => { log.debug({ err }, 'the first write into a scenario will be planned when it comes') })
  const assemble = async () => assembleSchema(platform, models.registry(), new Set((await models.countTwins([...models.registry().models.keys()])).keys()))
  const schema = createLiveSchema(await assemble())
  assembled.resolve()
  parts.defer(models.onChange(async () => { schema.replace(await assemble()) }))
  use.listen((used) => {
    if ([...used].every((id) => isShown(schema.current, id))) return
    void assemble().then((fresh) => { schema.replace(fresh) }, (error: unknown) => { log.error({ err: error }, 'a model in use could not be shown') })
  })
  const indexing = setInterval(() => { void indexLarge(database, labelsOf(services)).catch((error: unknown) => { log.debug({ err: error }, 'indexing waits for the store') }) }, indexingEveryMs).unref()
  parts.defer(() => { clearInterval(indexing) })

  const checks = {
    store: () => database.ping().then(() => true, () => false),
    schema: () => schema.current.extensions.registry === models.registry(), // it shows the models as they are
    telemetry: () => telemetry.status().health.isWritable,
  }
  const served = parts.use(await serve({ config, schema, services, artifacts, models: prediction.served, openStream, settleStreams: live.settled, principal, checks, metrics: createMetrics(telemetry), log }))
  onReceived = alerting.received
  await alerting.start({ services, principal, openStream, schema: () => schema.current })
  await startSources()
  const owned = parts.move()
  return { url: served.url, config, services, database, neo4j: connection, hurry: served.hurry, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function indexLarge(database: Neo4jDatabase, labels: readonly string[]): Promise<void> {
  await indexLargeLabels(database, labels)
  await mirrorIndexes(database, labels)
}

/** How often labels that grew large get their index. */
const indexingEveryMs = 30_000

const labelsOf = ({ models }: Services): readonly string[] => [...models.registry().models.values()].map((model) => model.names.type)

async function openDatabase(config: Config, parts: AsyncDisposableStack, log: ReturnType<typeof createLog>): Promise<{ readonly database: Neo4jDatabase; readonly connection: Neo4jConfig }> {
  if (config.neo4j) return { database: await reached(parts.use(createNeo4jDatabase(config.neo4j)), config.neo4j.uri), connection: config.neo4j }
  parts.use(await lockDataDirectory(config.dataDirectory))
  log.info('starting the embedded Neo4j')
  const server = parts.use(await createEmbeddedNeo4j({
    dataDirectory: config.dataDirectory, heapMb: config.neo4jHeapMb, pageCacheMb: config.neo4jPageCacheMb, environment: config.environment,
    log: { info: (message) => { log.info(message) }, error: (message) => { log.error(message) } },
  }))
  return { database: parts.use(createNeo4jDatabase(server.connection)), connection: server.connection }
}

async function openWakeUps({ redisUrl: url, tenant }: Config, parts: AsyncDisposableStack, log: ReturnType<typeof createLog>): Promise<WakeUps> {
  if (url === undefined) return { changes: noWakeUp, readings: noWakeUp }
  const { createRedisWakeUps } = await import('./adapters/redis/wake-ups.ts') // its client is loaded only where it is used
  return parts.use(createRedisWakeUps({ url, tenant, log }))
}

async function reached(database: Neo4jDatabase, uri: string): Promise<Neo4jDatabase> {
  await database.ping().catch((cause: unknown) => {
    throw new ConfigError(`The Neo4j server at ${uri} cannot be used. Check that it runs, and NEO4J_URI, NEO4J_USERNAME, NEO4J_PASSWORD and NEO4J_DATABASE.`, { cause })
  })
  return database
}
