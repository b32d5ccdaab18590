import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { delimiter, join } from 'node:path'
import { failure } from '../../../errors.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** Where `npm start` and `npm test` put Neo4j's jars and the launcher. */
export async function findInstallation(): Promise<{ readonly java: string; readonly classPath: string }> {
  const sources = await Promise.all(['scripts/neo4j/pom.xml', 'scripts/neo4j/Launcher.java'].map((name) => readFile(join(root, name), 'utf8')))
  const home = join(root, '.cache', 'neo4j', createHash('sha256').update(sources.join('')).digest('hex').slice(0, 16)) // as scripts/lib/neo4j.mjs names it
  const jars = await readdir(join(home, 'lib')).catch(() => [])
  if (jars.length === 0) throw failure('STORE_UNAVAILABLE', { message: `Neo4j is not provisioned. Start with \`npm start\`, which fetches it, or set NEO4J_URI to use a server of yours.` })
  return { java: 'java', classPath: [join(home, 'lib', '*'), join(home, 'classes')].join(delimiter) }
}
