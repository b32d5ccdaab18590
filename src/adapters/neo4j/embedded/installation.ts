import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { delimiter, join } from 'node:path'
import { failure } from '../../../errors.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** Where `npm start` and `npm test` put Neo4j's jars and the launcher. */
export async function findInstallation(): Promise<{ readonly java: string; readonly classPath: string }> {
  const pom = await readFile(join(root, 'scripts/neo4j/pom.xml'), 'utf8')
  const version = /<artifactId>neo4j<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1] ?? ''
  const home = join(root, '.cache', 'neo4j', version)
  const jars = await readdir(join(home, 'lib')).catch(() => [])
  if (jars.length === 0) throw failure('STORE_UNAVAILABLE', { message: `Neo4j ${version} is not provisioned. Start with \`npm start\`, which fetches it, or set NEO4J_URI to use a server of yours.` })
  return { java: 'java', classPath: [join(home, 'lib', '*'), join(home, 'classes')].join(delimiter) }
}
