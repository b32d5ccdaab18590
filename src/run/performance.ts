import type { ArtifactStore } from '../artifact/artifact-store.ts'
import type { Vantage } from '../domain/vantage.ts'
import type { ScenarioBook } from '../scenario/scenario.ts'
import type { Engine } from '../simulation/engine.ts'
import type { EngineHost } from '../simulation/engine-host.ts'
import type { SeriesReads } from '../telemetry/series-reads.ts'
import type { RunSinkConfig } from './run-sink.ts'
import type { RunStore } from './run-store.ts'
import type { RunTracker } from './run-tracker.ts'
import type { Run, RunResults } from './run.ts'

/** What runs are done with. */
export interface PerformConfig extends RunSinkConfig {
  readonly engines: ReadonlyMap<string, Engine>
  readonly host: EngineHost
  readonly artifacts: Pick<ArtifactStore, 'read' | 'path'>
  readonly scenarios: ScenarioBook
  readonly telemetry: { from(vantage: Vantage): Pick<SeriesReads, 'readings' | 'latestBefore'> }
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
