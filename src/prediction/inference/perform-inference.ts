import { insist } from '../../run/insist.ts'
import type { Performance, Performed } from '../../run/performance.ts'
import type { RunInputs } from '../../run/run-inputs.ts'
import { resultHasher } from '../../simulation/result-hash.ts'
import type { SeriesReads } from '../../telemetry/series-reads.ts'
import type { TelemetryStore } from '../../telemetry/telemetry-store.ts'
import type { DriftMonitor, Watched } from '../drift/drift-monitor.ts'
import type { FeatureRows } from '../features/bound-features.ts'
import { readRows } from '../features/read-rows.ts'
import { cutRows } from './cut-rows.ts'
import type { InferenceTask } from './inference-task.ts'
import { countInstants, listInstants } from './instants.ts'
import { createMissingBook } from './missing-book.ts'
import { createPublication, type PublicationConfig } from './publication.ts'
import { type ResultRow, toReadings, toResultRows } from './result-readings.ts'
import { type Scorer, scoreRows } from './score-rows.ts'
import { PredictorError } from '../runtime.ts'

export interface InferenceConfig extends PublicationConfig {
  readonly readings: Pick<TelemetryStore, 'append'>
  /** Result values of one run. */
  readonly mostValues: number
  readonly drift: Pick<DriftMonitor, 'begin'>
}

export interface InferenceWork extends Scorer {
  readonly inputs: RunInputs
  readonly task: InferenceTask
  readonly reads: Pick<SeriesReads, 'readings' | 'latestBefore'>
}

/** Rows given to a model at once: enough to be worth the way to it, and few enough to be stored meanwhile. */
const inOneBatch = 1_024
/** Readings in one append: the thread that answers queries does other things in between. */
const inOneAppend = 10_000

/** Every row, in portions: features, model, results. What is stored of a former attempt is stored over. */
export async function performInference(config: InferenceConfig, { run, tracker, begun, signal }: Performance, work: InferenceWork): Promise<Performed> {
  const { task, inputs, reads } = work
  if (task.instants.kind === 'stream') throw new Error('A stream is no run with an end.')
  const instants = listInstants(task.instants)
  const total = task.features.twins.length * instants.length
  const missing = createMissingBook(() => task.features, tracker)
  const drift = config.drift.begin(watchOf(task, run))
  const hasher = resultHasher()
  const publishes = createPublication(config, run, task, signal)
  const done = { rows: 0, scored: 0, values: 0 }
  let storing: Promise<unknown> = Promise.resolve()
  const store = async (results: readonly ResultRow[]): Promise<void> => {
    const readings = toReadings(results, task, inputs.outputs, { run: run.id, publishes: await publishes() }, missing.noNumber)
    for (let start = 0; start < readings.length; start += inOneAppend) await insist(() => config.readings.append(readings.slice(start, start + inOneAppend)), config.insistMs, signal)
  }
  const take = async (rows: FeatureRows): Promise<void> => {
    const scored = await scoreRows(work, rows, signal)
    missing.lacking(scored.missing)
    const results = toResultRows(task, rows, scored)
    for (const { at, values } of results) hasher.update({ at: Float64Array.of(at), values })
    await storing // one portion is stored while the next is computed
    storing = store(results)
    storing.catch(() => undefined) // told when it is waited for
    done.rows += rows.twins.length
    done.scored += results.length
    done.values += results.reduce((sum, { values }) => sum + values.length, 0)
    if (done.values > config.mostValues) throw new PredictorError('RESULTS_TOO_LARGE', `The run gives more than ${config.mostValues.toLocaleString('en')} values. Take a shorter time, or fewer twins.`)
    tracker.set({ fraction: done.rows / total, values: done.values, partial: { rows: done.rows, predicted: done.scored } })
    await drift.observe(rows)
    signal.throwIfAborted()
  }
  await begun()
  try {
    for await (const portion of readRows(task.features, { instants, reads, knowledge: task.knowledge, signal })) for (const rows of cutRows(portion, inOneBatch)) await take(rows)
  } finally {
    await storing
  }
  await insist(() => drift.end(), config.insistMs, signal)
  if (done.scored === 0 && total > 0) throw missing.nothing()
  const kpis = { rows: done.rows, predicted: done.scored, missing: done.rows - done.scored }
  return { resultHash: hasher.digest(kpis), results: { kpis, writes: [...new Set(inputs.outputs.map(({ twin }) => twin))], detail: null } }
}

/** What of a run is looked at for drift: what is asked of the base. */
export const watchOf = ({ predictor, features: { twins, specs }, instants }: InferenceTask, { scenario }: Performance['run']): Watched => ({ predictor, specs, kind: instants.kind, isOfBase: scenario === undefined, rows: countRows({ features: { twins, specs }, instants }) })

/** Rows that there will be, as far as the task tells. */
const countRows = ({ features, instants }: { readonly features: Pick<InferenceTask['features'], 'twins' | 'specs'>; readonly instants: InferenceTask['instants'] }): number => (instants.kind === 'stream' ? 0 : features.twins.length * countInstants(instants))
