// Checks the rules on who may import whom, and that there was something to check: a cruiser that cannot read the sources finds no fault in them.
import { cruise } from 'dependency-cruiser'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs')
const { output } = await cruise(['src', 'resolvers', 'subscriptions'].filter((folder) => existsSync(folder)), { ...options, validate: true, ruleSet: { forbidden }, outputType: 'json' })
const { summary, modules } = typeof output === 'string' ? JSON.parse(output) : output
const edges = modules.reduce((sum, { dependencies }) => sum + dependencies.length, 0)
for (const { rule, from, to, cycle } of summary.violations) console.error(`${rule.name}: ${from} → ${cycle ? cycle.map(({ name }) => name ?? '').join(' → ') : to}`)
console.error(`imports: ${modules.length} modules, ${edges} imports, ${summary.violations.length} against the rules`)
process.exitCode = summary.violations.length > 0 || modules.length < 20 || edges < 50 ? 1 : 0
