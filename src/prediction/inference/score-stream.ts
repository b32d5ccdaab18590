import { insist } from '../../run/insist.ts'
import type { Performance } from '../../run/performance.ts'
import type { FeatureRows } from '../features/bound-features.ts'
import { readRows } from '../features/read-rows.ts'
import { groupRows, pickRows, type WantedRows } from './group-rows.ts'
import { createMissingBook } from './missing-book.ts'
import { type InferenceConfig, type InferenceWork, watchOf } from './perform-inference.ts'
import { poolRows } from './pool-rows.ts'
import { createPublication } from './publication.ts'
import { toReadings, toResultRows } from './result-readings.ts'
import { scoreRows } from './score-rows.ts'
import type { StreamBinding } from './stream-binding.ts'

/** Predicts rows and stores what is said of them; counts both. */
export interface StreamScorer {
  score(wanted: WantedRows): Promise<void>
  readonly sums: { readonly rows: number; readonly predicted: number; readonly values: number }
}

/** Rows that a model is given at once, and readings in one append. */
const [inOneBatch, inOneAppend] = [4_096, 10_000]

/** `boundNow`: what rows are read by; it does not change while some are scored. */
export function createStreamScorer(config: InferenceConfig, { run, tracker, signal }: Omit<Performance, 'begun'>, work: Omit<InferenceWork, 'inputs'>, boundNow: () => Pick<StreamBinding, 'task' | 'outputs'>): StreamScorer {
  const missing = createMissingBook(() => boundNow().task.features, tracker)
  const drift = config.drift.begin(watchOf(work.task, run))
  const publishes = createPublication(config, run, work.task, signal)
  const sums = { rows: 0, predicted: 0, values: 0 }
  const scoreBatch = async (rows: FeatureRows): Promise<void> => {
    const { task, outputs } = boundNow()
    const scored = await scoreRows(work, rows, signal)
    missing.lacking(scored.missing)
    const readings = toReadings(toResultRows(task, rows, scored), task, outputs, { run: run.id, publishes: await publishes() }, missing.noNumber)
    for (let start = 0; start < readings.length; start += inOneAppend) await insist(() => config.readings.append(readings.slice(start, start + inOneAppend)), config.insistMs, signal)
    sums.rows += rows.twins.length
    sums.predicted += scored.kept.length
    sums.values += readings.length
    await drift.observe(rows)
  }
  const read = async function* (wanted: WantedRows): AsyncGenerator<FeatureRows> {
    const { features } = boundNow().task
    for (const { at, twins } of groupRows(wanted)) {
      for await (const portion of readRows(features, { instants: at, twins, reads: work.reads, knowledge: 'MEASURED', signal })) yield pickRows(portion, wanted)
    }
  }
  return {
    sums,
    async score(wanted) { for await (const rows of poolRows(read(wanted), inOneBatch)) await scoreBatch(rows) },
  }
}
