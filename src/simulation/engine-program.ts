import type { Json } from '../util/json.ts'
import type { RunWindow, Variable } from './engine.ts'

/** The half of an engine that computes: the export `program` of a module that threads and processes import. It knows nothing of twins but their names. */
export interface EngineProgram {
  /** Loads the model. Throws `EngineError`. */
  open(request: OpenRequest): Promise<OpenModel>
}

export interface OpenRequest {
  /** What `bind` made. */
  readonly input: Json
  /** Files with the artifacts, by their SHA-256. */
  readonly artifacts: ReadonlyMap<string, string>
  /** Telemetry over the window, in the order of `Bound.series`; times are since 1970. */
  readonly series: readonly InputSeries[]
  readonly window: RunWindow
  /** A folder of its own, empty, removed afterwards. */
  readonly folder: string
  readonly signal: AbortSignal
  /** A sign of life, for what takes long: a worker that is silent for long is ended. Call it often. */
  pulse(): void
}

/** Readings in order of time. `at`: microseconds since 1970. */
export interface InputSeries {
  readonly at: Float64Array
  readonly values: Float64Array
}

/** A model that can be run again and again; each run begins as if it were the first, whatever was set before. */
export interface OpenModel {
  /** One run over the window. Resolves to the KPIs, by the names that the engine describes. Throws `EngineError`, or the signal's reason. */
  run(settings: readonly Setting[], context: RunContext): Promise<Kpis>
  close(): void | Promise<void>
}

export interface Setting {
  readonly variable: Variable
  readonly value: number
}

export type Kpis = Readonly<Record<string, number>>

export interface RunContext {
  /** Aborted when the run is cancelled or too late; seen between two `emit`s or `progress`es that were awaited. */
  readonly signal: AbortSignal
  readonly seed: number
  /**
   * The outputs at one simulated time, in the order of `Bound.outputs`; NaN: none. `at`: microseconds since the window's start, growing. The array is copied.
   * Where a promise is returned, await it: whoever takes the results is behind, or others want their turn.
   */
  emit(at: number, values: Float64Array): Promise<void> | undefined
  /** How far it is, for steps that emit nothing. Await what it returns as well. */
  progress(at: number): Promise<void> | undefined
  /** Something is doubtful. Said once a twin and code, counted after that. */
  warn(warning: Warning): void
  /** Random numbers of this run, reproducible by its seed; streams of different names are independent. */
  random(stream: string): RandomStream
}

export interface Warning {
  /** Upper case, such as `NEGATIVE_PRESSURE`. */
  readonly code: string
  readonly message: string
  readonly twin?: string | undefined
}

export interface RandomStream {
  /** In [0, 1). */
  uniform(): number
  /** Mean 0, standard deviation 1. */
  normal(): number
}

/** Why a run failed, as its client is told. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  /** Upper case, such as `NO_CONVERGENCE`. */
  readonly code: string
  readonly twin: string | undefined
  /** Whether the same run may well succeed when it is tried again. */
  readonly isRetryable: boolean

  constructor(code: string, message: string, { twin, isRetryable = false, cause }: { readonly twin?: string | undefined; readonly isRetryable?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause })
    this.code = code
    this.twin = twin
    this.isRetryable = isRetryable
  }
}
