import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { ensureTenant, type StoredTenant } from '../../src/adapters/neo4j/head.ts'
import { ensureSchema } from '../../src/adapters/neo4j/schema.ts'
import { createNeo4jDatabase, type Neo4jDatabase } from '../../src/adapters/neo4j/database.ts'

let shared: Neo4jDatabase | undefined

/** The run's Neo4j; one pool a test file. */
export function testDatabase(): Neo4jDatabase {
  shared ??= createNeo4jDatabase(inject('neo4j'))
  return shared
}

/** A tenant that no other test has. */
export const freshTenant = (label = 'test'): string => `${label}-${randomUUID().slice(0, 8)}`

/** A tenant of the test's own, in a store that has its constraints. */
export async function storedTenant(label?: string): Promise<StoredTenant> {
  const database = testDatabase()
  await ensureSchema(database)
  return await ensureTenant(database, freshTenant(label))
}
