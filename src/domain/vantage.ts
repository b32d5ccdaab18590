import type { Microseconds } from '../telemetry/reading.ts'

/** From where a query looks: the instant, what was known, and the scenario. Rows that something else is read for carry theirs as `_vantage`. */
export interface Vantage {
  /** The graph is read as of this instant, in ms since 1970; undefined: as it is now. */
  readonly at: number | undefined
  /** The numbers of the scenarios looked at, itself first and then what it branches off from; empty: the base. */
  readonly chain: readonly number[]
  /** Readings later than this are not there yet; undefined: all are. */
  readonly readingsUntil: Microseconds | undefined
  /** Readings received later than this were not known yet; undefined: all are. */
  readonly knownUntil: Microseconds | undefined
}

/** What is, with all that is known of it. */
export const presentVantage: Vantage = { at: undefined, chain: [], readingsUntil: undefined, knownUntil: undefined }

/** The arguments of a root field that say from where it looks, as clients give them. */
export interface VantageArguments {
  readonly asOf?: string | null
  readonly knownAt?: string | null
  readonly scenario?: string | null
  readonly atLeast?: string | null
}

/** Finds the vantage that arguments ask for. */
export interface Vantages {
  /**
   * Waits until what `atLeast` names can be read, and until nothing can be committed any more under the instant that `asOf` and `knownAt` name.
   * Fails with BAD_USER_INPUT (an instant in the future or before the history that is kept, no such scenario, no cursor), SCENARIO_ENDED, NOT_CAUGHT_UP, STORE_UNAVAILABLE.
   */
  find(given: VantageArguments, signal?: AbortSignal): Promise<Vantage>
}
