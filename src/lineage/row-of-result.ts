import type { InferenceTask, Instants } from '../prediction/inference/inference-task.ts'
import { predictedKey } from '../prediction/prediction-series.ts'
import type { RunOutput } from '../run/run-inputs.ts'
import type { Microseconds, Reading, SeriesKey } from '../telemetry/reading.ts'

/** The row that a result was computed of: the twin's place among those of the features, and the instant that was asked. */
export interface RowOfResult {
  readonly twin: number
  readonly at: Microseconds
}

/**
 * Outputs of several horizons may go to one series, by the instant that each is about. The row is the one that was asked: of ranges only one can have been (check-horizons.ts);
 * in a stream later rows replace what earlier ones said, and the row's instant is the one next to when the result was received. Undefined: the run has no such result.
 */
export function rowOfResult({ results, instants }: Pick<InferenceTask, 'results' | 'instants'>, outputs: readonly Pick<RunOutput, 'twin' | 'name'>[], key: Pick<SeriesKey, 'twin' | 'name'>, { at, receivedAt }: Pick<Reading, 'at' | 'receivedAt'>): RowOfResult | undefined {
  const meant = new Set(outputs.flatMap(({ twin, name }, index) => (isOf(predictedKey(twin, name, null), key) ? [index] : [])))
  const rows = results.flatMap((columns, twin) => columns.flatMap(({ output, horizon }) => (meant.has(output) ? [{ twin, at: at - horizon }] : [])))
  return nextTo(receivedAt, rows.filter((row) => isAsked(instants, row.at)))
}

/** The one whose instant is next to another. */
export const nextTo = <Row extends { readonly at: Microseconds }>(instant: Microseconds, rows: readonly Row[]): Row | undefined =>
  rows.toSorted((left, right) => Math.abs(left.at - instant) - Math.abs(right.at - instant))[0]

const isOf = (left: Pick<SeriesKey, 'twin' | 'name'>, right: Pick<SeriesKey, 'twin' | 'name'>): boolean => left.twin === right.twin && left.name === right.name

function isAsked(instants: Instants, at: Microseconds): boolean {
  switch (instants.kind) {
    case 'at': return at === instants.at
    case 'range': return at >= instants.from && at < instants.to && (at - instants.from) % instants.every === 0
    case 'stream': return true
  }
}
