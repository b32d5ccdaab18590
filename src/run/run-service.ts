import type { InferenceRequest } from '../prediction/inference/inference-request.ts'
import type { Conflict, Invalid, LimitReached, NotFound } from '../problem.ts'
import type { EngineDescription, SeriesName } from '../simulation/engine.ts'
import type { Result } from '../util/result.ts'
import type { Run } from './run.ts'
import type { RunOutput } from './run-inputs.ts'
import type { CalibrationRequest, SimulationRequest, SweepRequest } from './run-request.ts'
import type { SweepMember } from './run-store.ts'

export interface StartedRun {
  readonly run: Run
  /** An earlier run of the same `configHash`, or the answer to the same idempotency key. */
  readonly isKnown: boolean
  /** The place in the journal that it was made at. */
  readonly cursor: string
}

export interface RunRequest {
  readonly actor: string
  readonly idempotencyKey?: string | null | undefined
  readonly signal?: AbortSignal | undefined
}

export type Started = Result<StartedRun, Invalid | NotFound | Conflict | LimitReached>
export type Repeated = Result<Run, NotFound | Conflict | LimitReached>

/** Runs: everything the API does with them. Methods fail with STORE_UNAVAILABLE, TELEMETRY_UNAVAILABLE, ARTIFACTS_UNAVAILABLE, TIMEOUT. */
export interface RunService {
  readonly engines: readonly EngineDescription[]
  /** Each refuses at once whatever can be refused; resolves when the run is stored. What computes it has it a moment later. */
  startSimulation(request: SimulationRequest, by: RunRequest): Promise<Started>
  startSweep(request: SweepRequest, by: RunRequest): Promise<Started>
  startCalibration(request: CalibrationRequest, by: RunRequest): Promise<Started>
  startInference(request: InferenceRequest, by: RunRequest): Promise<Started>
  /** Who computes it is told at once, in whatever process. */
  cancel(id: string, actor: string): Promise<Result<Run, NotFound | Conflict>>
  /** A run of its own with the very inputs of one that failed, was cancelled or timed out. */
  retry(id: string, actor: string): Promise<Repeated>
  /** A run of its own with the very inputs of one that succeeded. */
  rerun(id: string, actor: string): Promise<Repeated>
  /** Ended ones, with all that hangs from them. */
  remove(ids: readonly string[]): Promise<Result<readonly string[], NotFound | Conflict>>
  find(ids: readonly string[]): Promise<readonly (Run | undefined)[]>
  /** What the run computes; nothing where its inputs are not kept any more. */
  outputsOf(run: Pick<Run, 'inputs'>): Promise<readonly RunOutput[]>
  /** A series that the run computes; undefined where it computes none of the name, or its inputs are not kept any more. */
  outputOf(run: Pick<Run, 'inputs'>, series: SeriesName): Promise<RunOutput | undefined>
  members(run: string, page: { readonly first: number; readonly after: number | undefined }): Promise<readonly SweepMember[]>
}
