// npm run bench: reads and mutations against what a user has otherwise, in one run on one machine. Prints Markdown tables.
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createNeo4jDatabase } from '../src/adapters/neo4j/database.ts'
import { createEmbeddedNeo4j } from '../src/adapters/neo4j/embedded/server.ts'
import { ensureTenant } from '../src/adapters/neo4j/head.ts'
import { createNeo4jModelStore } from '../src/adapters/neo4j/model-store.ts'
import { createNeo4jTwinStore } from '../src/adapters/neo4j/twin-store.ts'
import { createModelService } from '../src/model/model-service.ts'
import { createGroupCommit } from '../src/twin/group-commit.ts'
import { createTwinService } from '../src/twin/twin-service.ts'
import { loadGraph } from './load-graph.ts'
import { rateMutations } from './mutations.ts'
import { benchModels } from './ontology.ts'
import { ask, readCases, timeReads } from './reads.ts'
import { serve } from './serve.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 100)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 6)

await using parts = new AsyncDisposableStack()
const directory = await mkdtemp(join(tmpdir(), 'twinfold-bench-'))
parts.defer(() => rm(directory, { recursive: true, force: true }))
const { connection } = parts.use(await createEmbeddedNeo4j({ dataDirectory: directory, environment: process.env, log: console }))
const database = parts.use(createNeo4jDatabase({ ...connection, poolSize: 300 }))
const env = { NEO4J_URI: connection.uri, NEO4J_USERNAME: connection.username, NEO4J_PASSWORD: connection.password, TWINFOLD_PORT: '0', TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'error' }
const { url: twinfold } = parts.use(await serve('../src/main.ts', env))
const { url: stock } = parts.use(await serve('stock-server.ts', env))

await ask(twinfold, 'mutation($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: benchModels })
const tenant = await ensureTenant(database, 'main')
const size = await loadGraph(database, tenant)

process.stdout.write(`${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; ${size.twins} twins, ${size.relationships} relationships; ${rounds} rounds\n\n`)
process.stdout.write('| read through HTTP | Twinfold ms | hand-written, driver ms | ratio | @neo4j/graphql ms | its ratio to Twinfold |\n|---|---|---|---|---|---|\n')
for (const { name, twinfold: ours, driver, stock: theirs } of await timeReads(readCases(tenant.label, tenant.tenant), rounds, { twinfold, stock, database })) {
  process.stdout.write(`| ${name} | ${ours.toFixed(2)} | ${driver.toFixed(2)} | ${(ours / driver).toFixed(2)} | ${typeof theirs === 'number' ? theirs.toFixed(2) : theirs} | ${typeof theirs === 'number' ? (theirs / ours).toFixed(2) : ''} |\n`)
}

const models = await createModelService({ store: createNeo4jModelStore(database, tenant.tenant) })
const twins = createTwinService(parts.use(createGroupCommit(createNeo4jTwinStore(database, tenant), models)))
const rates = await rateMutations({
  database, tenant: tenant.tenant, twinfold, stock,
  update: (id, weight) => twins.updateTwin({ kind: 'updateTwin', id, patch: { weight }, ifVersion: undefined, model: undefined }, { actor: 'bench', given: null }),
}, { inFlight: 256, seconds })
process.stdout.write('\n| mutations, 256 in flight | a second | Twinfold\'s service is | Twinfold through HTTP is |\n|---|---|---|---|\n')
for (const [name, rate] of Object.entries(rates)) {
  const times = (ours: number): string => (typeof rate === 'number' ? `${(ours / rate).toFixed(2)} ×` : '')
  process.stdout.write(`| ${name} | ${typeof rate === 'number' ? Math.round(rate) : rate} | ${times(rates.twinfoldService)} | ${times(rates.twinfoldHttp)} |\n`)
}
