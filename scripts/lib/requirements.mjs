import { spawnSync } from 'node:child_process'
import { giveUp } from './say.mjs'

/** What must be on the machine. A JDK and Maven only where the embedded Neo4j is used. */
export function checkRequirements({ embedded }) {
  if (Number(process.versions.node.split('.')[0]) < 20) giveUp(`Node ${process.versions.node} is too old.`, 'Install Node 20 or newer; the project brings its own Node 24 for everything else.')
  if (!embedded) return
  const remedy = 'Install a JDK 17 or newer and Maven (Debian: apt install openjdk-17-jdk-headless maven), or set NEO4J_URI to use a Neo4j 5.26 server of yours.'
  const javac = spawnSync('javac', ['-version'], { encoding: 'utf8' })
  const version = /javac (\d+)/.exec(`${javac.stdout}${javac.stderr}`)?.[1]
  if (!version) giveUp('No JDK was found (javac does not run).', remedy)
  if (Number(version) < 17) giveUp(`The JDK is version ${version}; Neo4j needs 17 or newer.`, remedy)
  if (spawnSync('mvn', ['-v']).status !== 0) giveUp('Maven was not found (mvn does not run).', remedy)
}
