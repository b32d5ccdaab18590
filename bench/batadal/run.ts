// npm run bench batadal: a detector made of the two training sets of BATADAL, run through the API over training set 2 and over the test set. Writes detections.csv.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alarmSettings, flagsOf } from '../../examples/leak-detector/alarm.ts'
import { toCard } from '../../examples/leak-detector/card.ts'
import { connect } from '../../examples/client.ts'
import { detectorModel } from '../../examples/leak-detector/detector-model.ts'
import { sha256Of, toParameters } from '../../examples/leak-detector/parameters.ts'
import { hasScada, readAttacked, readTest, type Scada } from '../../examples/leak-detector/scada.ts'
import { scoreOf } from '../../examples/leak-detector/score.ts'
import { assimilate, ingest } from '../../examples/leak-detector/town.ts'
import { train } from '../../examples/leak-detector/training.ts'
import { createEmbeddedNeo4j } from '../../src/adapters/neo4j/embedded/server.ts'
import { serve } from '../serve.ts'
import { alarmedHours, alertsOf, infer, register, watch } from './detect.ts'

if (!hasScada) throw new Error('This bench needs the data sets of ../shared/data/water/batadal.')

const print = (text: string): void => void process.stdout.write(`${text}\n`)
/** Without it, only what is chosen by is run. */
const withTest = process.env['BENCH_TEST_SET'] !== 'off'

await using parts = new AsyncDisposableStack()
const directory = await mkdtemp(join(tmpdir(), 'twinfold-batadal-'))
parts.defer(() => rm(directory, { recursive: true, force: true }))
const { connection } = parts.use(await createEmbeddedNeo4j({ dataDirectory: join(directory, 'neo4j'), environment: process.env, log: console }))
const { url } = parts.use(await serve('../src/main.ts', {
  NEO4J_URI: connection.uri, NEO4J_USERNAME: connection.username, NEO4J_PASSWORD: connection.password, TWINFOLD_PORT: '0', TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'error', TWINFOLD_DATA: join(directory, 'data'),
}))
const client = connect(url)

print('| step | s |\n|---|---|')
const { network, detector, clean, rows, simulations, score, threshold, tried } = await train(client, timed)
const model = detectorModel(detector)
const predictor = await timed('the detector registered', async () => register(client, model, toCard({ clean, rows, metrics: { s: score.s, timeToDetection: score.timeToDetection, classification: score.classification } })))
await watch(client)

const { scada: attacked, isAttack } = readAttacked()
const dev = await detect('training set 2', attacked, simulations[1])
const test = withTest ? await testRun() : undefined

const kept = readFileSync(new URL('../../examples/leak-detector/detector.json', import.meta.url), 'utf8')
const hours = (values: readonly (number | undefined)[]): string => values.map((each) => each ?? 'never').join(', ')
const found = scoreOf(dev, isAttack)
print(`\nThe detector (${predictor}, SHA-256 ${sha256Of(model)}) is ${toParameters(detector) === kept ? 'that of' : 'NOT that of'} examples/leak-detector/detector.json.`)
print(`Worst hour of each quarter of the clean year, unseen: ${threshold.worstUnseen.map((each) => each.toFixed(2)).join(', ')}; silent from ${threshold.silent.toFixed(2)} on.`)
print(`Training set 2, by alerts: S ${found.s.toFixed(4)}, S_TTD ${found.timeToDetection.toFixed(4)}, S_CLF ${found.classification.toFixed(4)}; attacks detected after ${hours(found.detectedAfter)} hours.`)
print(`Other settings: S ${[...new Set(tried.map(({ settings }) => settings.threshold))].map((each) => `${each}: ${tried.filter(({ settings }) => settings.threshold === each).map(({ score: { s } }) => s.toFixed(3)).join(' ')}`).join('; ')}.`)
await printAlerts('Training set 2', attacked)
if (test !== undefined) {
  await printAlerts('Test set', test.scada)
  print(`\nTest set: ${test.alarmed} of its ${test.scada.hours.length} hours in alarm, written to bench/batadal/detections.csv.`)
}

/** What is settled by then runs once over what nobody has looked at. */
async function testRun(): Promise<{ readonly scada: Scada; readonly alarmed: number }> {
  const scada = readTest()
  await timed(`ingest of ${scada.hours.length} hours`, () => ingest(client, scada))
  const simulation = await timed(`assimilation of ${scada.hours.length} hours`, () => assimilate(client, network, scada))
  const flags = await detect('the test set', scada, simulation)
  const lines = scada.hours.map((hour, index) => `${new Date(hour).toISOString().slice(0, 13)}:00Z,${flags[index] === true ? 1 : 0}`)
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: new URL('.', import.meta.url).pathname, encoding: 'utf8' }).trim()
  writeFileSync(new URL('detections.csv', import.meta.url), `# model ${sha256Of(model)}, commit ${commit}, alarm above ${alarmSettings.threshold} held ${alarmSettings.holdHours} h\nhour,flag\n${lines.join('\n')}\n`)
  return { scada, alarmed: flags.filter(Boolean).length }
}

/** What was found, and by which instruments when it was. */
async function printAlerts(what: string, { hours }: Scada): Promise<void> {
  print(`\n| ${what}: alert since | until | of which instruments |\n|---|---|---|`)
  for (const { since, until, evidence } of await alertsOf(client, hours)) {
    const found = evidence.contributions.filter(({ value }) => value > 1).slice(0, 4).map(({ twinId, series, value }) => `${twinId} ${series.replace(/~.*/, '')} ${value.toFixed(1)}`)
    print(`| ${since.slice(0, 16)} | ${until?.slice(0, 16) ?? ''} | ${found.join(', ')} |`)
  }
}

/** Hours in alarm, by the alerts that were raised; they must be those that the scores give. */
async function detect(what: string, { hours }: Scada, simulation: string): Promise<readonly boolean[]> {
  const scores = await timed(`inference over ${what}`, () => infer(client, predictor, simulation, hours))
  const expected = flagsOf(scores, alarmSettings)
  return await timed(`alerts of ${what}`, () => alarmedHours(client, hours, expected))
}

async function timed<T>(step: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await work()
  print(`| ${step} | ${((performance.now() - start) / 1_000).toFixed(2)} |`)
  return result
}
