import { spawnSync } from 'node:child_process'
import { giveUp } from './say.mjs'

const leastJava = 17
const remedy = `Install a JDK ${leastJava} or newer and Maven (Debian: apt install openjdk-17-jdk-headless maven), or set NEO4J_URI to use a Neo4j 5.26 server of yours.`

export function requireNode() {
  if (Number(process.versions.node.split('.')[0]) < 20) giveUp(`Node ${process.versions.node} is too old.`, 'Install Node 20 or newer; the project brings its own Node 24 for everything else.')
}

/** To run the embedded Neo4j. */
export const requireJava = () => requireVersion('java', ['-version'], /version "(\d+)/)

/** To fetch and compile it, once. */
export function requireBuildTools() {
  requireVersion('javac', ['-version'], /javac (\d+)/)
  if (spawnSync('mvn', ['-v']).status !== 0) giveUp('Maven was not found (mvn does not run).', remedy)
}

function requireVersion(command, args, pattern) {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  const version = pattern.exec(`${stdout}${stderr}`)?.[1]
  if (!version) giveUp(`No JDK was found (${command} does not run).`, remedy)
  if (Number(version) < leastJava) giveUp(`${command} is of version ${version}; Neo4j needs ${leastJava} or newer.`, remedy)
}
