import { createResultSink, type ResultSink } from '../simulation/result-sink.ts'
import type { TelemetryStore } from '../telemetry/telemetry-store.ts'
import { insist } from './insist.ts'
import type { RunInputs } from './run-inputs.ts'
import type { Run } from './run.ts'

export interface RunSinkConfig {
  readonly readings: Pick<TelemetryStore, 'append'>
  /** Result values of one run. */
  readonly mostValues: number
  /** What cannot be stored is tried again for so long before the attempt at the run is given up. */
  readonly insistMs: number
}

/** Where the results of a run go. A store that is away for a moment costs no attempt; readings that are stored twice are stored once. */
export const createRunSink = ({ readings, mostValues, insistMs }: RunSinkConfig, { id }: Run, { outputs, window: { from } }: RunInputs, signal: AbortSignal): ResultSink =>
  createResultSink({ store: { append: (batch) => insist(() => readings.append(batch), insistMs, signal) }, run: id, outputs, from, mostValues })
