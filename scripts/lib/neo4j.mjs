import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { requireBuildTools } from './requirements.mjs'
import { step } from './run.mjs'

/** Neo4j's jars and our launcher, in a directory per version, made once: built aside and moved into place, so that it is whole or absent. */
export async function provisionNeo4j(root) {
  const [pomFile, launcher] = [join(root, 'scripts/neo4j/pom.xml'), join(root, 'scripts/neo4j/Launcher.java')]
  const pom = readFileSync(pomFile, 'utf8')
  const cache = join(root, '.cache', 'neo4j')
  const sources = pom + readFileSync(launcher, 'utf8')
  const home = join(cache, createHash('sha256').update(sources).digest('hex').slice(0, 16)) // src/adapters/neo4j/embedded/installation.ts looks there
  if (existsSync(home)) return
  requireBuildTools()
  mkdirSync(cache, { recursive: true })
  removeLeftovers(cache)
  const fresh = join(cache, `${unfinished}${process.pid}`)
  process.once('exit', () => rmSync(fresh, { recursive: true, force: true })) // also where a step gives up
  const version = /<artifactId>neo4j<\/artifactId>\s*<version>([^<]+)</.exec(pom)[1]
  await step(`fetching Neo4j ${version} by Maven (once; 120 MB, one to three minutes)`,
    'mvn', ['-q', '-B', '-Dmaven.artifact.threads=16', '-f', pomFile, 'dependency:copy-dependencies', `-DoutputDirectory=${join(fresh, 'lib')}`],
    { remedy: 'Check the network and Maven\'s settings, then start again.' })
  await step('compiling its launcher', 'javac', ['--release', '17', '-cp', join(fresh, 'lib', '*'), '-d', join(fresh, 'classes'), launcher], { remedy: 'A JDK of version 17 or newer is needed.' })
  try {
    renameSync(fresh, home)
  } catch (error) {
    if (!existsSync(home)) throw error // else another process was faster, and made the same
  }
}

const unfinished = 'new-'

/** What processes left that were killed while they provisioned. */
function removeLeftovers(cache) {
  for (const name of readdirSync(cache)) {
    if (name.startsWith(unfinished) && !isAlive(Number(name.slice(unfinished.length)))) rmSync(join(cache, name), { recursive: true, force: true })
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}
