#!/usr/bin/env node
// npm test: everything a bare clone needs, then types, rules of the code, and the tests. With arguments, only the tests, and the arguments go to vitest.
import { readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { node24 } from './lib/packages.mjs'
import { prepare, root } from './lib/prepare.mjs'
import { run } from './lib/run.mjs'
import { say } from './lib/say.mjs'
import { installTestServers } from './lib/test-servers.mjs'

await prepare()
await installTestServers()
const tools = join(root, 'node_modules', '.bin')
const options = { cwd: root, env: { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` } } // also what the tests start runs on the project's own Node
const given = process.argv.slice(2)
const checks = given.length > 0 ? [] : [
  ['types', join(tools, 'tsc'), '--noEmit', '-p', root],
  ['rules of the code', join(tools, 'eslint'), '.'],
  ['imports', join(root, 'scripts/check-imports.mjs')],
]

let failedChecks = 0
for (const [what, ...command] of checks) {
  say(`checking ${what} ...`)
  const { code, interrupted } = await run(node24(root), command, options)
  if (interrupted) process.exit(code || 1)
  if (code !== 0) failedChecks++
}
const results = join(root, '.cache', 'test-results.json')
rmSync(results, { force: true })
const { code } = await run(node24(root), [join(tools, 'vitest'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...given], options)
const { passed, failed } = counted(code)
console.log(`${passed} passed, ${failed + failedChecks} failed`)
process.exitCode = failed + failedChecks > 0 ? code || 1 : 0

/** By vitest's own report. What fails outside of any test, as a file that does not load, counts as one at least. */
function counted(code) {
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(results, 'utf8'))
    return { passed: numPassedTests, failed: code === 0 || numFailedTests > 0 ? numFailedTests : Math.max(numFailedTestSuites, 1) }
  } catch {
    return { passed: 0, failed: 1 } // vitest ended before it could report
  }
}
