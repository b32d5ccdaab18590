import { canonicalJson } from '../model/canonical-json.ts'
import type { InputSeriesName, OutputSeries, RunWindow } from '../simulation/engine.ts'
import type { CalibrationProblem, CalibrationVariable } from '../simulation/engine-host.ts'
import type { Design } from '../simulation/design/design.ts'
import type { OutputStatistic } from '../simulation/engine-host.ts'
import type { InferenceTask } from '../prediction/inference/inference-task.ts'
import type { SeriesKey } from '../telemetry/reading.ts'
import type { Json } from '../util/json.ts'
import { sha256 } from '../util/sha256.ts'
import type { SeriesLabel } from './network-facts.ts'
import type { EngineStamp } from './run.ts'

/**
 * All that a run computes with but for telemetry, which `RunPin.watermark` pins: kept as an artifact, so that the run can be done again on any machine,
 * whatever became of the twins.
 */
export interface RunInputs {
  readonly engine: EngineStamp
  readonly input: Json
  readonly outputs: readonly RunOutput[]
  /** Telemetry that it reads, and where it lies. */
  readonly series: readonly (InputSeriesName & { readonly key: SeriesKey })[]
  readonly artifacts: readonly string[]
  readonly window: RunWindow
  readonly seed: number
  readonly task: RunTask
}

/** With what is told of it beside its values: the twin may be gone when its results are read. */
export interface RunOutput extends OutputSeries, SeriesLabel {}

export type RunTask =
  | { readonly kind: 'simulate' }
  | { readonly kind: 'sweep'; readonly variables: readonly SweptVariable[]; readonly design: Design; readonly keepSeries: boolean; readonly statistics: readonly OutputStatistic[] }
  | {
    readonly kind: 'calibrate'
    readonly variables: readonly CalibrationVariable[]
    readonly targets: readonly CalibrationTarget[]
    readonly method: CalibrationProblem['method']
    readonly mostRuns: number
  }
  | InferenceTask

/** A column of the design, and what its numbers set: `number × of`. */
export type SweptVariable = Pick<CalibrationVariable, 'name' | 'sets'>

export interface CalibrationTarget {
  /** Index into the outputs. */
  readonly output: number
  readonly key: SeriesKey
  /** Undefined: one hundredth of the spread of what was measured. */
  readonly sigma?: number
}

export const encodeInputs = (inputs: RunInputs): Uint8Array => new TextEncoder().encode(canonicalJson(inputs))

export const decodeInputs = (bytes: Uint8Array): RunInputs => JSON.parse(new TextDecoder().decode(bytes)) as RunInputs

/** What a run reads of telemetry, and from where: equal watermarks, scenarios and series are equal readings. */
export interface ReadingsPin {
  readonly watermark: number
  readonly scenario: string | undefined
  /** Of what the scenario says of telemetry. */
  readonly overrides: readonly number[]
}

/** SHA-256 over what the inputs hold (the engine's stamp among it) and, where telemetry is read, what pins that. */
export function toConfigHash(inputs: string, readings: ReadingsPin | undefined): string {
  return sha256(canonicalJson({ inputs, readings: readings ?? null }))
}

/** Whether it reads telemetry while it runs. */
export const readsTelemetry = ({ series, task }: Pick<RunInputs, 'series' | 'task'>): boolean => series.length > 0 || task.kind === 'calibrate' || task.kind === 'infer'
