#!/usr/bin/env node
// npm test: everything a bare clone needs, then types, rules of the code, and the tests. Further arguments go to vitest.
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provisionNeo4j } from './lib/neo4j.mjs'
import { installPackages, node24 } from './lib/packages.mjs'
import { checkRequirements } from './lib/requirements.mjs'
import { run } from './lib/run.mjs'
import { say } from './lib/say.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const embedded = !process.env.NEO4J_URI
checkRequirements({ embedded })
installPackages(root)
if (embedded) provisionNeo4j(root)

const bin = (name) => join(root, 'node_modules', '.bin', name)
const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` } // tools with a `node` shebang run on the project's own
const results = join(root, '.cache', 'test-results.json')
rmSync(results, { force: true })

let failed = 0
if (process.argv.length === 2) {
  for (const [what, command, args] of [
    ['types', bin('tsc'), ['--noEmit', '-p', root]],
    ['eslint', bin('eslint'), ['.']],
    ['imports', bin('node'), [join(root, 'scripts/check-imports.mjs')]],
  ]) {
    say(`checking ${what} ...`)
    if (await run(command, args, { cwd: root, env }) !== 0) failed++
  }
}
const code = await run(bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...process.argv.slice(2)], { cwd: root, env })
let passed = 0
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(results, 'utf8'))
  passed = numPassedTests
  failed += Math.max(numFailedTests, code !== 0 && numFailedTests === 0 ? Math.max(1, numFailedTestSuites) : 0)
} catch {
  failed += 1 // vitest ended before it could count
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || code !== 0 ? 1 : 0
