import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { createEmbeddedNeo4j } from '../../src/adapters/neo4j/embedded/server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    neo4j: { readonly uri: string; readonly username: string; readonly password: string; readonly database?: string }
  }
}

/** One Neo4j for the whole run; every test works in a tenant of its own. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { NEO4J_URI: uri, NEO4J_USERNAME: username = 'neo4j', NEO4J_PASSWORD: password = '', NEO4J_DATABASE: database = 'neo4j' } = process.env
  if (uri) {
    provide('neo4j', { uri, username, password, database })
    return () => Promise.resolve()
  }
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-test-'))
  const server = await createEmbeddedNeo4j({ dataDirectory: directory, environment: process.env, log: { info: () => undefined, error: (message) => console.error(message) } })
  provide('neo4j', server.connection)
  return async () => {
    await server[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  }
}
