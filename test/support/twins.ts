import type { Neo4jDatabase } from '../../src/adapters/neo4j/database.ts'
import { ensureTenant, type StoredTenant } from '../../src/adapters/neo4j/head.ts'
import { ensureSchema } from '../../src/adapters/neo4j/schema.ts'
import { createNeo4jTwinStore } from '../../src/adapters/neo4j/twin-store.ts'
import type { Registry } from '../../src/model/registry.ts'
import type { Command, CreateTwin, DeleteTwin, Relate, Unrelate, UpdateTwin } from '../../src/twin/command.ts'
import { createGroupCommit, type GroupCommit, type PublishedModels } from '../../src/twin/group-commit.ts'
import { createTwinService, type Outcome, type Request, type TwinService } from '../../src/twin/twin-service.ts'
import { registryOf } from './models.ts'
import { freshTenant } from './neo4j.ts'

export interface TestTwins {
  readonly twins: TwinService
  readonly commits: GroupCommit
  readonly registry: Registry
  readonly tenant: StoredTenant
}

let schema: Promise<void> | undefined

/** The twin service over the run's Neo4j, in a tenant of its own. */
export async function createTestTwins(database: Neo4jDatabase, documents: readonly unknown[]): Promise<TestTwins> {
  await (schema ??= ensureSchema(database))
  const tenant = await ensureTenant(database, freshTenant('twins'))
  return createTestTwinsOf(database, tenant, fixedModels(registryOf(documents)))
}

/** One process more on the tenant: a committer of its own. */
export function createTestTwinsOf(database: Neo4jDatabase, tenant: StoredTenant, models: PublishedModels): TestTwins {
  const commits = createGroupCommit(createNeo4jTwinStore(database, tenant), models)
  return { twins: createTwinService(commits), commits, registry: models.registry(), tenant }
}

/** Models of a tenant in which none was published: the store counts no change of them. */
export const fixedModels = (registry: Registry): PublishedModels => ({ registry: () => registry, schemaVersion: () => 0, refresh: () => Promise.resolve() })

export const by = (given: unknown = null, more: Partial<Request> = {}): Request => ({ actor: 'tester', given, ...more })

export const newTwin = (id: string, model: string, properties: unknown = {}, more: Partial<CreateTwin> = {}): CreateTwin =>
  ({ kind: 'createTwin', id, model, properties, components: {}, relationships: [], ...more })

export const patch = (id: string, values: unknown, ifVersion?: number): UpdateTwin => ({ kind: 'updateTwin', id, patch: values, ifVersion, model: undefined })

export const remove = (id: string, cascade = false): DeleteTwin => ({ kind: 'deleteTwin', id, cascade })

export const link = (from: string, name: string, to: string, id: string, properties: unknown = {}): Relate => ({ kind: 'relate', from, name, to, id, properties })

export const unlink = (from: string, name: string, id: string): Unrelate => ({ kind: 'unrelate', from, name, id, to: undefined })

/** One command as the mutation that does it. */
export function submit(twins: TwinService, command: Command, request: Request = by()): Promise<Outcome> {
  switch (command.kind) {
    case 'createTwin': return twins.createTwins([command], request)
    case 'updateTwin': return twins.updateTwin(command, request)
    case 'deleteTwin': return twins.deleteTwins([command], request)
    case 'relate': return twins.relate([command], request)
    case 'updateRelationship': return twins.updateRelationship(command, request)
    case 'unrelate': return twins.unrelate([command], request)
  }
}
