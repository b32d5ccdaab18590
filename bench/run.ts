// npm run bench: reads and mutations against what a user has otherwise, in one run on one machine. Prints Markdown tables.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createApp } from '../src/app.ts'
import { ensureTenant } from '../src/adapters/neo4j/head.ts'
import { createConfig } from '../src/config.ts'
import { loadGraph } from './load-graph.ts'
import { rateMutations } from './mutations.ts'
import { benchModels } from './ontology.ts'
import { readCases, timeReads } from './reads.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 100)
const directory = await mkdtemp(join(tmpdir(), 'twinfold-bench-'))
await using app = await createApp({ ...createConfig({ ...process.env, TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'error', TWINFOLD_PORT: '0', TWINFOLD_DATA: directory }) })
const published = await app.services.models.publish(benchModels, { actor: 'bench' })
if (!published.ok) throw new Error(published.problem.message)
const tenant = await ensureTenant(app.database, 'main')
const size = await loadGraph(app.database, tenant)

const connection = app.neo4j
const stockProcess = spawn(process.execPath, [new URL('stock-server.ts', import.meta.url).pathname, connection.uri, connection.username, connection.password], { stdio: ['ignore', 'pipe', 'inherit'] })
const [line] = await once(createInterface({ input: stockProcess.stdout }), 'line') as [string]
const stock = line.replace(/^stock /, '')

process.stdout.write(`${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; ${size.twins} twins, ${size.relationships} relationships; ${rounds} rounds\n\n`)
const targets = { twinfold: app.url, stock, database: app.database }
process.stdout.write('| read through HTTP | Twinfold ms | hand-written, driver ms | ratio | @neo4j/graphql ms | its ratio to Twinfold |\n|---|---|---|---|---|---|\n')
for (const { name, twinfold, driver, stock: other } of await timeReads(readCases(tenant.label, tenant.tenant), rounds, targets)) {
  process.stdout.write(`| ${name} | ${twinfold.toFixed(2)} | ${driver.toFixed(2)} | ${(twinfold / driver).toFixed(2)} | ${typeof other === 'number' ? other.toFixed(2) : other} | ${typeof other === 'number' ? (other / twinfold).toFixed(2) : ''} |\n`)
}
const rates = await rateMutations({
  ...targets, tenant: tenant.tenant,
  update: (id, weight) => app.services.twins.updateTwin({ kind: 'updateTwin', id, patch: { weight }, ifVersion: undefined, model: undefined }, { actor: 'bench', given: null }),
}, { inFlight: 256, seconds: 6 })
process.stdout.write('\n| mutations, 256 in flight | a second | Twinfold\'s service is |\n|---|---|---|\n')
for (const [name, rate] of Object.entries(rates)) process.stdout.write(`| ${name} | ${typeof rate === 'number' ? Math.round(rate) : rate} | ${typeof rate === 'number' ? `${(rates.twinfoldService / rate).toFixed(2)} ×` : ''} |\n`)
stockProcess.kill()
await rm(directory, { recursive: true, force: true }).catch(() => undefined) // the store is still closing; the system clears its temporary folder
