import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { giveUp, say } from './say.mjs'

/** Neo4j's jars and our launcher, in a directory per version, made once: built aside and moved into place, so that it is whole or absent. */
export function provisionNeo4j(root) {
  const pom = readFileSync(join(root, 'scripts/neo4j/pom.xml'), 'utf8')
  const version = /<artifactId>neo4j<\/artifactId>\s*<version>([^<]+)</.exec(pom)[1]
  const cache = join(root, '.cache', 'neo4j')
  const sources = pom + readFileSync(join(root, 'scripts/neo4j/Launcher.java'), 'utf8')
  const home = join(cache, createHash('sha256').update(sources).digest('hex').slice(0, 16)) // src/adapters/neo4j/embedded/installation.ts looks there
  if (existsSync(home)) return
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, 'new-'))
  try {
    say(`fetching Neo4j ${version} by Maven (once; 120 MB, one to three minutes) ...`)
    run('mvn', ['-q', '-B', '-Dmaven.artifact.threads=16', '-f', join(root, 'scripts/neo4j/pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${join(fresh, 'lib')}`],
      'Check the network and Maven\'s settings, then start again.')
    say('compiling the launcher ...')
    run('javac', ['-cp', join(fresh, 'lib', '*'), '-d', join(fresh, 'classes'), join(root, 'scripts/neo4j/Launcher.java')], 'A JDK of version 17 or newer is needed.')
    if (!existsSync(home)) renameSync(fresh, home)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

function run(command, args, remedy) {
  if (spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status !== 0) giveUp(`${command} failed; its output is above.`, remedy)
}
