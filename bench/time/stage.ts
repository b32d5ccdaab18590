import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNeo4jDatabase, type Neo4jConfig, type Neo4jDatabase } from '../../src/adapters/neo4j/database.ts'
import { createEmbeddedNeo4j } from '../../src/adapters/neo4j/embedded/server.ts'
import { ensureTenant, type StoredTenant } from '../../src/adapters/neo4j/head.ts'
import { ensureModelIndexes, indexLargeLabels } from '../../src/adapters/neo4j/model-indexes.ts'
import { mirrorIndexes } from '../../src/adapters/neo4j/mirror-indexes.ts'
import { createNeo4jModelStore } from '../../src/adapters/neo4j/model-store.ts'
import { ensureSchema } from '../../src/adapters/neo4j/schema.ts'
import { type App, createApp } from '../../src/app.ts'
import { createConfig } from '../../src/config.ts'
import { createModelService } from '../../src/model/model-service.ts'
import { campusModels } from './campus.ts'
import { loadCampus, type Times, timesUntil } from './load-campus.ts'
import { loadHistory } from './load-history.ts'

/** The same campus twice in one server of Neo4j, each behind a server of its own. */
export interface Stage extends AsyncDisposable {
  readonly database: Neo4jDatabase
  /** Without any history. */
  readonly bare: Side
  /** With thirty days of it. */
  readonly lived: Side
  readonly times: Times
}

export interface Side {
  readonly tenant: StoredTenant
  readonly app: App
}

/** Loads what is not there yet, so that a server that `connection` names can be measured again. */
export async function openStage(given?: Neo4jConfig): Promise<Stage> {
  await using parts = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-bench-'))
  parts.defer(() => rm(directory, { recursive: true, force: true }))
  const connection = given ?? parts.use(await createEmbeddedNeo4j({ dataDirectory: join(directory, 'graph'), environment: process.env, log: console })).connection
  const database = parts.use(createNeo4jDatabase({ ...connection, statementTimeoutMs: 120_000 }))
  await ensureSchema(database)
  await ensureModelIndexes(database)
  const [bare, lived] = [await ensureTenant(database, 'bare'), await ensureTenant(database, 'lived')]
  const times = await loadBoth(database, bare, lived)
  await makeIndexes(database)
  const open = async (tenant: StoredTenant): Promise<Side> => {
    const config = { ...createConfig({}), port: 0, demo: false, logLevel: 'warn' as const, neo4j: { database: 'neo4j', ...connection }, tenant: tenant.tenant, dataDirectory: join(directory, tenant.tenant) }
    return { tenant, app: parts.use(await createApp(config)) }
  }
  const stage = { database, bare: await open(bare), lived: await open(lived), times }
  const owned = parts.move()
  return { ...stage, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function loadBoth(database: Neo4jDatabase, bare: StoredTenant, lived: StoredTenant): Promise<Times> {
  const { now, end } = await database.read({ text: 'MATCH (h:_Head {_t: $b.t}) RETURN timestamp() AS now, h.loaded AS end', parameters: { b: { t: lived.tenant } } })
  if (end !== null) return timesUntil(Number(end) + 60_000)
  const times = timesUntil(Number(now))
  for (const tenant of [bare, lived]) {
    const published = await (await createModelService({ store: createNeo4jModelStore(database, tenant.tenant) })).publish(campusModels, { actor: 'bench' })
    if (!published.ok) throw new Error(`The campus has wrong models: ${JSON.stringify(published)}`)
    await loadCampus(database, tenant, times)
  }
  await loadHistory(database, lived, times)
  await database.write({ text: 'MATCH (h:_Head {_t: $b.t}) SET h.loaded = $b.end RETURN h.loaded AS end', parameters: { b: { t: lived.tenant, end: BigInt(times.end) } } })
  return times
}

/** What the server makes in the background for large labels, and one that a user made, for a property that is much asked for. */
async function makeIndexes(database: Neo4jDatabase): Promise<void> {
  await database.transaction((tx) => tx.run({ text: 'CREATE INDEX bench_status IF NOT EXISTS FOR (n:Sensor) ON (n.status)', parameters: {} }))
  const labels = campusModels.map((model) => model['@id'].replace(/^dtmi:campus:(\w+);1$/, '$1'))
  await indexLargeLabels(database, labels)
  await mirrorIndexes(database, labels)
  await database.read({ text: 'CALL db.awaitIndexes(120) RETURN 1 AS done', parameters: {} })
}
