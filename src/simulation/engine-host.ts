import type { Json } from '../util/json.ts'
import type { EngineDescription, OutputSeries, RunWindow, Variable } from './engine.ts'
import type { InputSeries, Kpis, Setting, Warning } from './engine-program.ts'

/** Where engines compute: threads of this process, processes of their own. */
export interface EngineHost extends AsyncDisposable {
  /**
   * Computes, and tells of it as it goes. Aborting the signal cancels: the engine is asked, and after the grace its worker is ended. Rejects with the signal's reason,
   * or with an `EngineError`: the engine's own, or ENGINE_CRASHED (retryable), OUT_OF_MEMORY, ENGINE_SILENT (no sign of life for `silenceMs`).
   */
  compute(work: EngineWork, listener: EngineListener, signal: AbortSignal): Promise<EngineOutcome>
  /** Units of work it does at the same time. */
  readonly atOnce: number
}

export interface EngineWork {
  /** Of the run; work of one run finds its model open where it was open already. */
  readonly run: string
  readonly engine: Pick<EngineDescription, 'id' | 'isolation' | 'cancel'>
  readonly program: URL
  readonly input: Json
  /** Files, by SHA-256. */
  readonly artifacts: ReadonlyMap<string, string>
  readonly series: readonly InputSeries[]
  readonly outputs: readonly OutputSeries[]
  readonly window: RunWindow
  readonly task: EngineTask
}

export type EngineTask =
  | { readonly kind: 'simulate'; readonly settings: readonly Setting[]; readonly seed: number }
  /** Some members of a sweep, one after the other; `keep`: their frames are emitted, too, `member` saying whose they are. */
  | { readonly kind: 'sweep'; readonly members: readonly SweepSample[]; readonly keep: boolean; readonly statistics: readonly OutputStatistic[] }
  | { readonly kind: 'calibrate'; readonly problem: CalibrationProblem; readonly seed: number }

export interface SweepSample {
  readonly index: number
  readonly settings: readonly Setting[]
  readonly seed: number
}

/** A KPI of a member made of an output: `twin.name.MEAN`. */
export interface OutputStatistic {
  /** Index into the outputs. */
  readonly output: number
  readonly reducer: 'MEAN' | 'MIN' | 'MAX' | 'LAST'
  readonly kpi: string
}

export interface CalibrationProblem {
  readonly variables: readonly CalibrationVariable[]
  /** What was measured. `output`: index into the outputs. `at`: microseconds since the window's start. */
  readonly targets: readonly { readonly output: number; /** For words about it. */ readonly name?: string | undefined; readonly sigma: number; readonly at: Float64Array; readonly values: Float64Array }[]
  readonly method: 'LEVENBERG_MARQUARDT' | 'NELDER_MEAD' | 'AUTO'
  readonly mostRuns: number
}

/** One number that is fitted: it sets one thing, or scales a property of several twins. */
export interface CalibrationVariable {
  readonly name: string
  readonly sets: readonly { readonly variable: Variable; /** The setting is `number × of`; 1: the number itself. */ readonly of: number }[]
  readonly start: number
  readonly min: number
  readonly max: number
}

export interface EngineListener {
  /** The model is open. Whoever does not want it to begin any more rejects. */
  bound(): Promise<void>
  /** Results, in order. The next come when it has resolved: two batches at most are under way. */
  frames(frames: Frames): Promise<void>
  progress(progress: { readonly fraction: number; /** Microseconds since the window's start. */ readonly at: number | undefined; readonly partial: Kpis }): void
  warning(warning: Warning & { readonly count: number; readonly at: number | undefined }): void
  /** Of sweeps: as each is done. */
  member(member: MemberOutcome): void
}

/** Outputs at some simulated times: `values[i * outputs + o]` is of output `o` at `at[i]`, microseconds since the window's start; NaN: none. In the engine's units. */
export interface Frames {
  /** Of sweeps that keep their series; else undefined. */
  readonly member: number | undefined
  readonly at: Float64Array
  readonly values: Float64Array
}

export interface MemberOutcome {
  readonly index: number
  readonly seed: number
  readonly settings: readonly Setting[]
  readonly kpis: Kpis | undefined
  readonly resultHash: string | undefined
  readonly failure: { readonly code: string; readonly message: string } | undefined
}

export interface EngineOutcome {
  readonly kpis: Kpis
  /** SHA-256 over every frame emitted, bit by bit, and the KPIs (`resultHasher`); of sweeps over the hashes of the members of this work; of calibrations over the fit. */
  readonly resultHash: string
  /** Calibrations: `Calibrated`, as JSON. Else null. */
  readonly detail: Json
}
