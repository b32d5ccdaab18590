import type { BindingReport, RunWindow } from '../simulation/engine.ts'
import type { Kpis } from '../simulation/engine-program.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { Json } from '../util/json.ts'

export type RunKind = 'SIMULATION' | 'SWEEP' | 'CALIBRATION' | 'INFERENCE' | 'STREAM'

/** A computation over the twin graph, and all that is needed to do it again. Instants are ms since 1970 unless their type says otherwise. */
export interface Run {
  readonly id: string
  readonly kind: RunKind
  /** What computes: an engine, or the runtime of a predictor with the predictor's build. */
  readonly engine: EngineStamp
  /** Of inferences: the predictor's id. */
  readonly predictor: string | undefined
  readonly phase: RunPhase
  /** What was asked for: the mutation's input with its defaults, checked. Of sweeps and calibrations with their own parts. */
  readonly request: Json
  /** SHA-256 of the artifact that holds all that the engine computes with (`RunInputs`). */
  readonly inputs: string
  /** Equal for runs that must give equal results. */
  readonly configHash: string
  readonly pin: RunPin
  readonly window: RunWindow
  readonly seed: number
  /** The scenario's id and number; undefined: the base. */
  readonly scenario: { readonly id: string; readonly number: number } | undefined
  readonly tags: readonly string[]
  /** Greater goes first; -100 to 100. */
  readonly priority: number
  /** Running longer, retries apart, it is TIMED_OUT; in ms. `noDeadline`: it goes on until it is cancelled. */
  readonly deadlineMs: number
  readonly attempts: RunAttempts
  readonly progress: RunProgress
  readonly report: BindingReport
  readonly results: RunResults | undefined
  /** The run that this one repeats (`rerun`, `retryRun`). */
  readonly repeats: string | undefined
  readonly createdAt: number
  readonly createdBy: string
  /** When it was first taken up, and when it came to its end. */
  readonly startedAt: number | undefined
  readonly finishedAt: number | undefined
}

/** A century. */
export const noDeadline = 36_525 * 86_400_000

/** QUEUED → BINDING → RUNNING → one of the ends. An attempt that is lost or fails retryably goes back to QUEUED. */
export type RunPhase =
  | { readonly kind: 'QUEUED'; /** Not before this instant: it failed, and is tried again. */ readonly dueAt: number }
  /** Its inputs are loaded into the engine. */
  | { readonly kind: 'BINDING'; readonly owner: string; readonly leaseUntil: number; readonly cancelledBy: string | undefined }
  | { readonly kind: 'RUNNING'; readonly owner: string; readonly leaseUntil: number; readonly cancelledBy: string | undefined }
  | RunEnd

export type RunEnd =
  | { readonly kind: 'SUCCEEDED'; readonly resultHash: string }
  | { readonly kind: 'FAILED'; readonly failure: RunFailure }
  | { readonly kind: 'CANCELLED'; readonly by: string }
  | { readonly kind: 'TIMED_OUT'; readonly afterMs: number }

export type RunState = RunPhase['kind']

export interface RunFailure {
  /** Upper case: the engine's own, or WORKER_LOST, OUT_OF_MEMORY, RESULTS_TOO_LARGE, STORE_UNAVAILABLE, INPUTS_GONE, ENGINE_CRASHED. */
  readonly code: string
  readonly message: string
  readonly twin: string | undefined
  readonly isRetryable: boolean
}

export interface EngineStamp {
  readonly id: string
  readonly version: string
  readonly build: string
}

/** What the twin graph and telemetry were when it was bound. */
export interface RunPin {
  /** The place in the journal. */
  readonly cursor: number
  readonly at: number
  /** Readings received later are not in it; microseconds since 1970. */
  readonly watermark: number
  /** Where a scenario's telemetry is read: how often what it says of telemetry had been written, of it and those it branches off from. Else empty. */
  readonly overrides: readonly number[]
  /** SHA-256 over the models of the twins that were bound. */
  readonly models: string
  /** Of the artifacts that it reads. */
  readonly artifacts: readonly string[]
}

export interface RunAttempts {
  /** Begun so far. */
  readonly made: number
  readonly most: number
  /** Why the last one ended, where it was not the last. */
  readonly last: RunFailure | undefined
}

export interface RunProgress {
  /** 0 to 1. */
  readonly fraction: number
  /** Simulated time reached, microseconds since 1970; of sweeps and calibrations undefined. */
  readonly simulatedAt: number | undefined
  /** Result values stored so far. */
  readonly values: number
  readonly warnings: readonly RunWarning[]
  /** Streams: all that was received until then, microseconds since 1970, has been predicted. A new attempt begins there; undefined: where the run was pinned. */
  readonly position: Microseconds | undefined
  /** KPIs so far, where the engine or the sweep gives them before the end. */
  readonly partial: Kpis
}

/** The first of a kind, and how many there were. */
export interface RunWarning {
  readonly code: string
  readonly message: string
  readonly twin: string | undefined
  readonly count: number
  /** Simulated time of the first, microseconds since 1970. */
  readonly at: number | undefined
}

export interface RunResults {
  readonly kpis: Kpis
  /** Twins that have series of it. */
  readonly writes: readonly string[]
  /** Sweeps: how many members, and how many of them failed; calibrations: the proposal (`Found`). Else null. */
  readonly detail: Json
}

/** How a phase is shown to clients, ends of a life apart. */
export const isEnded = (phase: RunPhase): phase is RunEnd => phase.kind === 'SUCCEEDED' || phase.kind === 'FAILED' || phase.kind === 'CANCELLED' || phase.kind === 'TIMED_OUT'
