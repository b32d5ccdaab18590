import type { Microseconds } from '../telemetry/reading.ts'
import type { Received } from '../telemetry/telemetry-store.ts'
import type { Alert, Finding } from './alert.ts'

/** What a round has to tell. */
export interface Heard {
  /** Whatever was received in (from, upTo], in the order of receipt. */
  readonly readings: readonly Received[]
  readonly from: Microseconds
  readonly upTo: Microseconds
  /** By the clock. */
  readonly now: Microseconds
}

/** A place to begin at. `isResumed`: the rule is no other, but could not be watched for a while. */
export interface Beginning extends Omit<Heard, 'readings'> {
  readonly isResumed: boolean
}

/** Alerts of the rule that are not resolved, by fingerprint. */
export type OpenAlerts = ReadonlyMap<string, Alert>

/**
 * What watches for one rule. It keeps nothing that it cannot find again from the stores as of a place in the order of receipt: where anything fails, all watchers are closed
 * and others begin at the last place that was written down.
 */
export interface Watcher {
  /** What is so as of `upTo` and nobody was told of: of a rule that is new, was changed, or could not be watched. */
  begin(heard: Beginning, open: OpenAlerts): Promise<readonly Finding[]>
  /** What follows. Readings are heard once. */
  hear(heard: Heard, open: OpenAlerts): Promise<readonly Finding[]>
  /** What was found is written: by now it may keep what waits. */
  applied?(): Promise<void>
  close(): void
}
