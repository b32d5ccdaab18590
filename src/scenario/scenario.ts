export type ScenarioState = 'OPEN' | 'PROMOTED' | 'DISCARDED'

/** A branch of the graph: what would be, written beside what is. Creating one copies nothing. */
export interface Scenario {
  readonly id: string
  /** Marks its part of the store (`_s`); never used for another. */
  readonly number: number
  readonly name: string
  readonly description: string | null
  /** It branches off from the graph as of this instant, in ms since 1970; undefined: from what is now, which it follows. */
  readonly base: number | undefined
  /** The scenario it branches off from, which it follows; undefined: the base itself. */
  readonly parent: string | undefined
  /** The numbers of itself and of those it branches off from, itself first. */
  readonly chain: readonly number[]
  readonly state: ScenarioState
  /** In ms since 1970. */
  readonly createdAt: number
  readonly createdBy: string
}

/** Knows every scenario of the tenant, those that ended too. */
export interface ScenarioBook {
  /** Undefined where there never was one of the id. Fails with STORE_UNAVAILABLE. */
  find(id: string, signal?: AbortSignal): Promise<Scenario | undefined>
}
