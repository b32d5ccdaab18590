// npm run bench telemetry: ingest against DuckDB's own appender, queries amid ingest, and what ten times too much does. Prints Markdown tables.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedNeo4j } from '../../src/adapters/neo4j/embedded/server.ts'
import { serve } from '../serve.ts'
import { createFleet, fleet } from './fleet.ts'
import { loadHistory } from './history.ts'
import { measureIngest } from './ingest.ts'
import { openLoop } from './loops.ts'
import { residentMib } from './metric.ts'
import { measureOverload } from './overload.ts'
import { postBatch, reportOf } from './post.ts'
import { measureQueries } from './queries.ts'
import { batchReadings, createTraffic } from './traffic.ts'

const seconds = Number(process.env['BENCH_SECONDS'] ?? 10)
const loadSeconds = Number(process.env['BENCH_LOAD_SECONDS'] ?? 300)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const inFlight = Number(process.env['BENCH_IN_FLIGHT'] ?? 8)

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const whole = (value: number): string => Math.round(value).toLocaleString('en')

await using parts = new AsyncDisposableStack()
const directory = await mkdtemp(join(tmpdir(), 'twinfold-bench-'))
parts.defer(() => rm(directory, { recursive: true, force: true }))
const { connection } = parts.use(await createEmbeddedNeo4j({ dataDirectory: join(directory, 'graph'), environment: process.env, log: console }))

/** A server with an empty telemetry store of its own; the twins stay. */
const start = async (name: string) => await serve('../src/main.ts', {
  NEO4J_URI: connection.uri, NEO4J_USERNAME: connection.username, NEO4J_PASSWORD: connection.password,
  TWINFOLD_PORT: '0', TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'warn', TWINFOLD_DATA: join(directory, name),
})

print(`${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; ${whole(fleet.sensors)} series, batches of ${whole(batchReadings)}, ${inFlight} in flight, ${rounds} rounds of ${seconds} s\n`)
let limit = 0
print('| ingest, a tenth late, a hundredth twice | bare DuckDB append /s | HTTP NDJSON readings/s | ratio | acknowledged at half of it, ms: p50 | p99 | max |\n|---|---|---|---|---|---|---|')
for (const values of [1, 4] as const) {
  await using server = await start(`ingest-${values}`)
  if (values === 1) await createFleet(server.url)
  const bareDirectory = join(directory, `bare-${values}`)
  await mkdir(bareDirectory)
  const { bare, http, ratio, acknowledgement: { p50, p99, max } } = await measureIngest(server.url, { values, directory: bareDirectory, rounds, seconds, inFlight })
  if (values === 1) limit = http
  print(`| ${values} value${values === 1 ? '' : 's'} a message | ${whole(bare)} | ${whole(http)} | ${(ratio * 100).toFixed(0)} % | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${max.toFixed(1)} |`)
  await rm(bareDirectory, { recursive: true })
}

await using server = await start('history')
const history = await loadHistory(server.url, join(directory, 'history', 'telemetry'), loadSeconds, inFlight)
print(`\n${whole(history.readings)} readings, ${(history.minutes / 1_440).toFixed(2)} days at steps of a minute, loaded in ${whole(history.loadSeconds)} s (${whole(history.readings / history.loadSeconds)}/s) and merged ${whole(history.mergeSeconds)} s later: ${history.bytesPerReading.toFixed(1)} bytes a reading on disk, ${whole(await residentMib(server.pid) ?? Number.NaN)} MiB of memory resident\n`)

const stop = new AbortController()
const meanwhile = createTraffic({ values: 1, fromMinute: history.minutes + 10 })
const ingesting = openLoop(limit / 4 / batchReadings, stop.signal, async () => reportOf(await postBatch(server.url, meanwhile.next().body)))
print(`| GraphQL, while ${whole(limit / 4)} readings/s come in | p50 ms | p95 ms | target | the answer |\n|---|---|---|---|---|`)
for (const { name, target, latencies: { p50, p95 }, answer } of await measureQueries(server.url, history.minutes)) print(`| ${name} | ${p50.toFixed(1)} | ${p95.toFixed(1)} | ${target} | ${answer} |`)
stop.abort()
const { p50, p99 } = await ingesting
print(`\nAcknowledgements meanwhile: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms\n`)

const overload = await measureOverload(server, { limit, times: 10, seconds: 30, fromMinute: meanwhile.minute + 10 })
print('| offered for 30 s, readings/s | times the limit | acknowledged | 429 | without Retry-After | other answers | RSS MiB before → at most | back after | acknowledged and lost |\n|---|---|---|---|---|---|---|---|---|')
const others = [...overload.answers].filter(([status]) => status !== '200' && status !== '429').map(([status, count]) => `${status}: ${count}`).join(', ')
print(`| ${whole(overload.offered)} | ${overload.times.toFixed(1)} | ${whole(overload.acknowledged)} | ${overload.answers.get('429') ?? 0} | ${overload.withoutRetryAfter} | ${others || '–'} | ${overload.memory ? `${whole(overload.memory.before)} → ${whole(overload.memory.most)}` : '?'} | ${overload.recovery.toFixed(1)} s | ${overload.lost} |`)
