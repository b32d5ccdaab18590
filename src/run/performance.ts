import type { Vantage } from '../domain/vantage.ts'
import type { DriftMonitor } from '../prediction/drift/drift-monitor.ts'
import type { StreamBinder } from '../prediction/inference/stream-binding.ts'
import type { PredictorBook } from '../prediction/predictor.ts'
import type { EngineHost } from '../simulation/engine-host.ts'
import type { SeriesReads } from '../telemetry/series-reads.ts'
import type { TelemetryService } from '../telemetry/telemetry-service.ts'
import type { TelemetryStore } from '../telemetry/telemetry-store.ts'
import type { InputsConfig } from './open-inputs.ts'
import type { RunSinkConfig } from './run-sink.ts'
import type { RunStore } from './run-store.ts'
import type { RunTracker } from './run-tracker.ts'
import type { Run, RunResults } from './run.ts'

/** What runs are done with. */
export interface PerformConfig extends RunSinkConfig, InputsConfig {
  readonly host: EngineHost
  readonly telemetry: InputsConfig['telemetry'] & Pick<TelemetryService, 'tail'> & { readonly store: Pick<TelemetryStore, 'received'> } & { from(vantage: Vantage): Pick<SeriesReads, 'readings' | 'latestBefore'> }
  readonly drift: Pick<DriftMonitor, 'begin'>
  readonly readings: Pick<TelemetryStore, 'append' | 'forgetRuns'>
  readonly predictors: PredictorBook
  readonly streams: StreamBinder
  readonly store: Pick<RunStore, 'find' | 'addWrites'>
  readonly members: Pick<RunStore, 'addMembers' | 'members'>
}

/** A run under way. */
export interface Performance {
  readonly run: Run
  readonly tracker: RunTracker
  /** The model is open: BINDING is over. Rejects where the run is not ours any more. */
  begun(): Promise<void>
  readonly signal: AbortSignal
}

/** A run that was done. */
export interface Performed {
  readonly resultHash: string
  readonly results: RunResults
}
