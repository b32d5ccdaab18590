import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provisionNeo4j } from './neo4j.mjs'
import { installPackages } from './packages.mjs'
import { requireJava, requireNode } from './requirements.mjs'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Everything that a bare clone needs before it runs; quick when it is there already. */
export async function prepare() {
  const embedded = !process.env.NEO4J_URI
  requireNode()
  if (embedded) requireJava()
  await installPackages(root)
  if (embedded) await provisionNeo4j(root)
}
