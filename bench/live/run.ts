// npm run bench live: from a commit to its subscribers, many subscribers against stock graphql-ws, many live queries, and replaying the journal. Prints Markdown tables.
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedNeo4j } from '../../src/adapters/neo4j/embedded/server.ts'
import { serve, type Served } from '../serve.ts'
import { gatherCrowd } from './crowd.ts'
import { measureFanOut } from './fan-out.ts'
import { measureLatency } from './latency.ts'
import { measureDeltas } from './live-queries.ts'
import { startRedis } from './redis.ts'
import { measureReplay } from './replay.ts'
import { createMore, createTown, groups } from './town.ts'

const subscribers = Number(process.env['BENCH_SUBSCRIBERS'] ?? 5_000)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 10)

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const whole = (value: number): string => Math.round(value).toLocaleString('en')
const ms = (value: number): string => value.toFixed(1)

await using parts = new AsyncDisposableStack()
const directory = await mkdtemp(join(tmpdir(), 'twinfold-bench-'))
parts.defer(() => rm(directory, { recursive: true, force: true }))
const { connection } = parts.use(await createEmbeddedNeo4j({ dataDirectory: join(directory, 'graph'), environment: process.env, log: console }))
const redis = await startRedis()
if (redis) parts.use(redis)

/** A server on the one graph. */
const start = async (name: string, environment: Readonly<Record<string, string>> = {}): Promise<Served> => await serve('../src/main.ts', {
  NEO4J_URI: connection.uri, NEO4J_USERNAME: connection.username, NEO4J_PASSWORD: connection.password,
  TWINFOLD_PORT: '0', TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'warn', TWINFOLD_DATA: join(directory, name), ...environment,
})

print(`${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`)
let step = 1

{
  await using one = await start('one')
  await createTown(one.url)
  await measureLatency(one.url, one.url, 100, step) // warms up
  print('| change → subscriber, ms | from its answer: p50 | p95 | from sending: p50 | p95 | target |\n|---|---|---|---|---|---|')
  const row = async (name: string, through: Served, subscriberOf: Served, target: string): Promise<void> => {
    const { fromAnswer, fromSending } = await measureLatency(through.url, subscriberOf.url, 200, step += 1_000)
    print(`| ${name} | ${ms(fromAnswer.p50)} | ${ms(fromAnswer.p95)} | ${ms(fromSending.p50)} | ${ms(fromSending.p95)} | ${target} |`)
  }
  await row('one process', one, one, 'p95 ≤ 50')
  {
    await using other = await start('other')
    await row('two processes, which look for themselves', one, other, 'p95 ≤ 150')
  }
  if (redis) {
    await using a = await start('a', { TWINFOLD_REDIS_URL: redis.url })
    await using b = await start('b', { TWINFOLD_REDIS_URL: redis.url })
    await measureLatency(a.url, b.url, 50, step += 1_000)
    await row('two processes, woken over Redis', a, b, 'p95 ≤ 150')
  } else print('| two processes, woken over Redis | Redis is not installed | | | | |')
}

await using crowd = gatherCrowd()
const ours = await (async () => {
  await using server = await start('fan-out')
  return await measureFanOut(server, crowd, { subscribers, greetings: 1, rounds, events: 100, publish: (round, count) => createMore(server.url, `more-${round}`, count) })
})()
const stock = await (async () => {
  await using server = await serve('./live/stock-server.ts', {})
  return await measureFanOut(server, crowd, { subscribers, greetings: 0, rounds, events: 20, publish: (_, count) => fetch(`${server.url}/publish?count=${count}`, { method: 'POST' }).then((response) => response.text()) })
})()
print(`\n| ${whole(subscribers)} subscribers of one topic | messages a second | KiB a subscriber |\n|---|---|---|`)
print(`| Twinfold, with the mutations that make them | ${whole(ours.messagesPerSecond)} | ${ms(ours.kibPerSubscriber)} (target ≤ 60) |\n| stock graphql-ws, the same events from memory | ${whole(stock.messagesPerSecond)} | ${ms(stock.kibPerSubscriber)} |`)
print(`| ratio | ${(ours.messagesPerSecond / stock.messagesPerSecond).toFixed(1)} (target ≥ 4) | |`)

await using server = await start('live')
const { changesPerSecond, mutations, deltas, missing } = await measureDeltas(server.url, crowd, { perSecond: 500, seconds, firstStep: 1_000_000 })
print(`\n| ${whole(groups)} different live queries, ${whole(changesPerSecond)} changes a second | p50 ms | p95 ms | max |\n|---|---|---|---|`)
print(`| mutation → its answer | ${ms(mutations.p50)} | ${ms(mutations.p95)} | ${ms(mutations.max)} |\n| mutation → delta; ${missing} of ${whole(deltas.count + missing)} missing | ${ms(deltas.p50)} | ${ms(deltas.p95)} (target ≤ 250) | ${ms(deltas.max)} |`)

for (let index = 0; index < 15; index += 1) await createMore(server.url, `replayed-${index}`, 1_000)
print('\n| the journal, replayed by one subscriber | changes | a second (target ≥ 20,000) |\n|---|---|---|')
await measureReplay(server.url, false)
for (const withProperties of [false, true]) {
  const { changes, perSecond } = await measureReplay(server.url, withProperties)
  print(`| ${withProperties ? 'with the properties before and after' : 'which twin, and how'} | ${whole(changes)} | ${whole(perSecond)} |`)
}
