import { bindFeatures } from '../prediction/features/bind-features.ts'
import type { InferenceTask } from '../prediction/inference/inference-task.ts'
import { seriesNameOf } from '../prediction/inference/plan-results.ts'
import { boundName } from '../prediction/prediction-series.ts'
import type { RunInputs } from '../run/run-inputs.ts'
import type { Run } from '../run/run.ts'
import type { Microseconds, Reading, SeriesKey } from '../telemetry/reading.ts'
import { ownerOf } from '../telemetry/twin-directory.ts'
import type { Ground } from './ground.ts'
import type { LineageVantage } from './lineage-ports.ts'
import { vantageOfPin } from './pin-vantage.ts'
import { nextTo, rowOfResult } from './row-of-result.ts'

/** A row of an inference: what was asked of one twin at one instant, and from where. */
export interface AskedRow {
  readonly run: Run
  readonly task: InferenceTask
  /** Index into the features' twins. */
  readonly twin: number
  readonly at: Microseconds
  readonly from: LineageVantage
}

interface Result {
  readonly key: SeriesKey
  readonly reading: Reading
}

/** The row that a result was computed of. Undefined: that cannot be told. */
export async function findRow(ground: Ground, run: Run, { task, outputs }: Pick<RunInputs, 'outputs'> & { readonly task: InferenceTask }, result: Result): Promise<AskedRow | undefined> {
  const [from, found] = [await vantageOfPin(ground, run), rowOfResult(task, outputs, result.key, result.reading)]
  if (task.instants.kind === 'stream') return await rowOfStream(ground, { run, task, from }, result, found && { at: found.at, twin: task.features.twins[found.twin]?.twin ?? '' })
  return found && { run, task, from, ...found }
}

/**
 * A stream is kept with what it began with, and binds what it reads anew as the graph changes, within seconds: to its rows that is bound which was there when their results
 * were received. Twins may have come that it did not begin with. It predicts with what is known when its turn comes: nothing that was received after its result.
 */
async function rowOfStream({ features, signal }: Ground, { run, task, from: pinned }: Pick<AskedRow, 'run' | 'task' | 'from'>, result: Result, known: RowOfTwin | undefined): Promise<AskedRow | undefined> {
  const row = known ?? rowOfCard(task, result)
  if (!row) return undefined
  const { receivedAt } = result.reading
  const from = { ...pinned, at: Math.floor(receivedAt / 1_000), knownUntil: receivedAt }
  const found = await bindFeatures(features, { specs: task.predictor.card.features, twins: [row.twin], vantage: from, window: { from: row.at, to: row.at + 1 }, knowledge: task.knowledge, signal })
  return found.ok ? { run, task: { ...task, features: found.bound }, twin: 0, at: row.at, from } : undefined
}

interface RowOfTwin {
  readonly twin: string
  readonly at: Microseconds
}

/** Of a twin that the stream did not begin with: by what its card says of a value of such a name, and of its bounds. */
function rowOfCard({ predictor: { card, name: predictor } }: InferenceTask, { key, reading }: Result): RowOfTwin | undefined {
  const twin = ownerOf(key.twin)
  const name = twin === key.twin ? key.name : `${key.twin.slice(twin.length + 1)}.${key.name}`
  const meant = card.outputs.filter((output) => {
    const series = seriesNameOf(output, predictor)
    return output.role === 'VALUE' && [series, boundName(series, 'lower'), boundName(series, 'upper')].includes(name)
  })
  return nextTo(reading.receivedAt, meant.map(({ horizon }) => ({ twin, at: reading.at - horizon })))
}
