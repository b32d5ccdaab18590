import type { Vantage } from '../domain/vantage.ts'
import type { OverrideService } from '../scenario/override-service.ts'
import type { IntakeCounts } from './intake.ts'
import type { LatestAt } from './latest-at.ts'
import type { Intake } from './message.ts'
import type { OriginState } from './origins.ts'
import type { Quarantine } from './quarantine.ts'
import type { ReadingTail } from './reading-tail.ts'
import type { Keeper } from './retention/keeper.ts'
import type { OldestReads } from './retention/oldest-reads.ts'
import type { Policies } from './retention/policies.ts'
import type { Microseconds } from './reading.ts'
import type { RolledUp, RollupRequest } from './rollup.ts'
import type { SeriesReads } from './series-reads.ts'
import type { TelemetryHealth, TelemetryStore } from './telemetry-store.ts'
import type { TwinDirectory } from './twin-directory.ts'

/** Everything the API does with telemetry. */
export interface TelemetryService extends LatestAt, OverrideService {
  /** For reading; summaries, and what begins or came before, are over what was rolled up, too. */
  readonly store: Omit<TelemetryStore, 'append' | 'forget' | 'forgetRuns' | typeof Symbol.asyncDispose> & OldestReads
  /** Readings as they are seen from somewhere. */
  from(vantage: Vantage): SeriesReads
  /** A place in the order of receipt behind everything that was measured by now; where this process alone writes, what runs say does not move it. */
  watermark(options?: { /** And behind what predictors have published. */ readonly withPredictions?: boolean }): Promise<Microseconds>
  /** Count the writes of overrides into each of these scenarios: equal counts, equal overrides. */
  overrideVersions(chain: readonly number[]): Promise<readonly number[]>
  readonly intake: Intake
  /** What is received, as it comes, but for what runs say. */
  readonly tail: Omit<ReadingTail, typeof Symbol.dispose>
  /** With that. */
  readonly tailOfAll: Omit<ReadingTail, typeof Symbol.dispose>
  /** Where what runs say is kept and forgotten. It is no measurement: latest values, live queries, roll-ups and policies have nothing to do with it. */
  readonly results: Pick<TelemetryStore, 'append' | 'forgetRuns'>
  /** Which telemetry twins have. */
  readonly directory: Pick<TwinDirectory, 'prepare' | 'channelsOf'>
  readonly quarantine: Quarantine
  /** How long telemetry is kept, and who sees to it. */
  readonly policies: Policies
  readonly keeper: Pick<Keeper, 'round'>
  readonly origins: Iterable<OriginState>
  rollup(request: RollupRequest, signal: AbortSignal): Promise<readonly RolledUp[]>
  status(): TelemetryStatus
  /** Resolves when filters see everything that was accepted by now. */
  projected(): Promise<void>
  /** Calls the listener whenever latest values were written onto twins by this process; returns how to end that. */
  onProjected(listener: (written: readonly { readonly twin: string; readonly name: string }[]) => void): () => void
}

export interface TelemetryStatus {
  readonly health: TelemetryHealth
  readonly counts: Readonly<IntakeCounts>
  readonly projectionLagMs: number
}
