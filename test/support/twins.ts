import { createNeo4jTwinStore } from '../../src/adapters/neo4j/twin-store.ts'
import { ensureSchema } from '../../src/adapters/neo4j/schema.ts'
import { ensureTenant, type StoredTenant } from '../../src/adapters/neo4j/head.ts'
import type { Neo4jDatabase } from '../../src/adapters/neo4j/database.ts'
import type { Registry } from '../../src/model/registry.ts'
import type { CreateTwin, Relate } from '../../src/twin/command.ts'
import { createGroupCommit, type GroupCommit } from '../../src/twin/group-commit.ts'
import { createTwinService, type Request, type TwinService } from '../../src/twin/twin-service.ts'
import { registryOf } from './models.ts'
import { freshTenant } from './neo4j.ts'

export interface TestTwins {
  readonly twins: TwinService
  readonly commits: GroupCommit
  readonly registry: Registry
  readonly tenant: StoredTenant
}

/** The twin service over the run's Neo4j, in a tenant of its own. */
export async function createTestTwins(database: Neo4jDatabase, documents: readonly unknown[]): Promise<TestTwins> {
  await ensureSchema(database)
  const tenant = await ensureTenant(database, freshTenant('twins'))
  return createTestTwinsOf(database, tenant, registryOf(documents))
}

export function createTestTwinsOf(database: Neo4jDatabase, tenant: StoredTenant, registry: Registry): TestTwins {
  const commits = createGroupCommit(createNeo4jTwinStore(database, tenant), { registry: () => registry, schemaVersion: () => 0, refresh: () => Promise.resolve() })
  return { twins: createTwinService(commits), commits, registry, tenant }
}

export const by = (given: unknown = null, more: Partial<Request> = {}): Request => ({ actor: 'tester', given, ...more })

export const newTwin = (id: string, model: string, properties: Record<string, unknown> = {}, more: Partial<CreateTwin> = {}): CreateTwin =>
  ({ kind: 'createTwin', id, model, properties, components: {}, relationships: [], ...more })

export const link = (from: string, name: string, to: string, id: string, properties: Record<string, unknown> = {}): Relate => ({ kind: 'relate', from, name, to, id, properties })
