// What predictions cost through the API of a server of its own: at once, and as runs that read, compute and store.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../examples/client.ts'
import { serve } from '../serve.ts'
import { quantile } from '../time/measure.ts'
import { benchModels } from './models.ts'

export interface ApiFigures {
  /** `predict` of one twin from its telemetry, one after the other; ms. */
  readonly single: { readonly p50: number; readonly p95: number; readonly p99: number }
  /** The same while batches are inferred beside. */
  readonly beside: { readonly p50: number; readonly p95: number; readonly p99: number }
  /** Of the server's event loop meanwhile; ms. */
  readonly lagP99: number
  /** Runs over many twins and instants: rows a second from claim to end, features and storing among it. */
  readonly runRowsPerSecond: number
  readonly runRows: number
}

const model = {
  '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:bench:Machine;1', '@type': 'Interface',
  contents: Array.from({ length: 24 }, (_, index) => ({ '@type': 'Telemetry', name: `t${index}`, schema: 'double' })),
}
const [twins, hours] = [100, 200]
const start = Date.UTC(2026, 0, 1)
const at = (hour: number): string => new Date(start + hour * 3_600_000).toISOString()

export async function measureApi(seconds = 10): Promise<ApiFigures> {
  await using parts = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-bench-prediction-'))
  parts.defer(() => rm(directory, { recursive: true, force: true }))
  const { url } = parts.use(await serve('../src/main.ts', { TWINFOLD_PORT: '0', TWINFOLD_DEMO: 'off', TWINFOLD_LOG: 'error', TWINFOLD_DATA: directory }))
  const client = connect(url)
  await client.ask('mutation($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [model] })
  await client.ask('mutation($t: [TwinInput!]!) { createTwins(twins: $t) { __typename } }', { t: Array.from({ length: twins }, (_, index) => ({ id: `m${index}`, model: model['@id'] })) })
  for (let hour = 0; hour < hours; hour += 20) await client.ingest(Array.from({ length: twins * 20 }, (_, index) => ({ twin: `m${index % twins}`, at: at(hour + Math.floor(index / twins)), values: Object.fromEntries(model.contents.map(({ name }, place) => [name, Math.sin(index + place)])) })))
  const [mlp] = benchModels
  if (!mlp) throw new Error('There is no model to measure.')
  const features = model.contents.flatMap(({ name }) => [{ name, from: name }, { name: `${name}-before`, from: name, lag: 'PT1H' }])
  const card = {
    description: 'A network of three layers.', licence: 'Apache-2.0', features, inputs: [{ tensor: 'x', type: 'FP32', features: features.map(({ name }) => name) }], outputs: [{ name: 'y', tensor: 'y' }], metrics: {},
  }
  const { predictor: { id } } = await client.change<{ readonly predictor: { readonly id: string } }>('registerPredictor', { type: 'RegisterPredictorInput!', value: { name: 'mlp', runtime: 'ONNX', artifact: await client.store(mlp.bytes), card } }, 'predictor { id }')
  await client.ask('mutation($id: ID!) { setPredictorStage(id: $id, stage: ACTIVE) { __typename } }', { id })
  const one = (index: number): Promise<unknown> => client.ask('query($t: [ID!]!, $at: DateTime!) { predict(predictor: "mlp", twins: $t, at: $at, knowledge: MEASURED) { values { value } problem } }', { t: [`m${index % twins}`], at: at(1 + index % (hours - 1)) })
  const times = async (): Promise<ApiFigures['single']> => {
    const found: number[] = []
    for (const until = performance.now() + seconds * 1_000; performance.now() < until;) {
      const begun = performance.now()
      await one(found.length)
      found.push(performance.now() - begun)
    }
    return { p50: quantile(found, 0.5), p95: quantile(found, 0.95), p99: quantile(found, 0.99) }
  }
  for (let warming = 0; warming < 200; warming++) await one(warming)
  const single = await times()
  const infer = async (seed: number): Promise<{ readonly ms: number; readonly rows: number }> => {
    const { run } = await client.change<{ readonly run: { readonly id: string } }>('startInference', { type: 'StartInferenceInput!', value: { predictor: 'mlp', model: model['@id'], range: { from: at(1), to: at(hours), every: 'PT1H' }, knowledge: 'MEASURED', publish: false, force: true, tags: [`bench-${seed}`] } }, 'run { id }')
    await client.finished(run.id)
    const { run: ended } = await client.ask<{ readonly run: { readonly startedAt: string; readonly finishedAt: string; readonly kpis: { readonly predicted: number } } }>('query($id: ID!) { run(id: $id) { startedAt finishedAt kpis } }', { id: run.id })
    return { ms: Date.parse(ended.finishedAt) - Date.parse(ended.startedAt), rows: ended.kpis.predicted }
  }
  await infer(0)
  const runs = [await infer(1), await infer(2), await infer(3)]
  let isOver = false
  const batches = (async () => { for (let seed = 10; !isOver; seed++) await infer(seed) })()
  const beside = await times()
  isOver = true
  await batches
  const lag = /nodejs_eventloop_lag_p99_seconds ([\d.e-]+)/.exec(await (await fetch(`${url}/metrics`)).text())?.[1]
  const middle = [...runs].sort((a, b) => a.ms - b.ms)[1] ?? { ms: NaN, rows: 0 }
  return { single, beside, lagP99: Number(lag) * 1_000, runRowsPerSecond: middle.rows / middle.ms * 1_000, runRows: middle.rows }
}

export const describeApi = ({ single, beside, lagP99, runRowsPerSecond, runRows }: ApiFigures): string => [
  '| through the API | p50 / p95 / p99, ms |', '|---|---|',
  `| one prediction from telemetry, 48 features | ${[single.p50, single.p95, single.p99].map((each) => each.toFixed(1)).join(' / ')} |`,
  `| the same beside runs of ${runRows.toLocaleString('en')} rows | ${[beside.p50, beside.p95, beside.p99].map((each) => each.toFixed(1)).join(' / ')} |`,
  '', `Event loop of the server, p99 lag: ${lagP99.toFixed(1)} ms. Runs: ${Math.round(runRowsPerSecond).toLocaleString('en')} rows a second, read, inferred and stored.`,
].join('\n')
