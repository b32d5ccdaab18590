import type { RunOutput } from '../../run/run-inputs.ts'
import { toSeriesNumber } from '../../simulation/series-number.ts'
import type { NewReading, SeriesValue } from '../../telemetry/reading.ts'
import type { FeatureRows } from '../features/bound-features.ts'
import { originOfRun, predictedKey } from '../prediction-series.ts'
import type { InferenceTask, ResultColumn } from './inference-task.ts'
import type { Scored } from './score-rows.ts'

/** Under which run results are kept, and whether they are published. */
export interface ResultPlace {
  readonly run: string
  readonly publishes: boolean
}

/** A row's results as they are hashed and stored; NaN: the model gave no number. */
export interface ResultRow {
  readonly twin: number
  readonly at: number
  readonly values: Float64Array
}

export function toResultRows({ results }: Pick<InferenceTask, 'results'>, rows: FeatureRows, scored: Scored): readonly ResultRow[] {
  return Array.from(scored.kept, (row, place) => {
    const twin = rows.twins[row] ?? 0
    return { twin, at: rows.at[row] ?? NaN, values: Float64Array.from(results[twin] ?? [], ({ from }) => scored.at(place, from)) }
  })
}

/** Numbers that no series can hold are left out, and counted by `onMissing`. */
export function toReadings(rows: readonly ResultRow[], { results }: Pick<InferenceTask, 'results'>, outputs: readonly RunOutput[], place: ResultPlace, onMissing: (output: RunOutput, at: number) => void): readonly NewReading[] {
  const readings: NewReading[] = []
  for (const { twin, at, values } of rows) {
    for (const [index, column] of (results[twin] ?? []).entries()) {
      const output = outputs[column.output]
      if (!output) throw new Error('A result goes to an output that the run does not have.')
      const value = toValue(output, values[index] ?? NaN)
      if (value === undefined) onMissing(output, at)
      else readings.push(...readingsOf(output, column, { at, value }, place))
    }
  }
  return readings
}

function readingsOf({ twin, name, kind }: RunOutput, { horizon }: ResultColumn, { at, value }: { readonly at: number; readonly value: SeriesValue }, { run, publishes }: ResultPlace): readonly NewReading[] {
  const reading = { at: at + horizon, value, quality: 'GOOD', origin: originOfRun(run), sequence: null } as const
  return [
    { ...reading, series: { ...predictedKey(twin, name, run), kind } },
    ...(publishes ? [{ ...reading, series: { ...predictedKey(twin, name, null), kind } }] : []),
  ]
}

function toValue(output: RunOutput, number: number): SeriesValue | undefined {
  const value = toSeriesNumber(output, number)
  if (!Number.isFinite(value)) return undefined
  if (output.kind === 'float') return value
  return output.kind === 'boolean' ? value !== 0 : BigInt(value)
}
