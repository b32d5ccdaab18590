/** Columns of a twin as the store has them, by name. */
export type Columns = Readonly<Record<string, unknown>>

/** The selected fields of a twin, each as JSON text, by response name. */
export type Shown = ReadonlyMap<string, string>

export type DeltaKind = 'SNAPSHOT' | 'ENTER' | 'CHANGE' | 'LEAVE' | 'CAUGHT_UP' | 'RESET'

/** What a subscriber is told. */
export interface Delta {
  readonly kind: DeltaKind
  readonly cursor: string
  readonly id: string | null
  readonly shown: Shown | undefined
  /** Response names of what changed; null where nothing was there before. */
  readonly changed: readonly string[] | null
}

/** Twins that a live query reads: its own, or those that a way of relationships leads to. */
export interface Place {
  /** Of one of these components of theirs, where given. */
  readonly component: string | undefined
  /** Of one twin alone. */
  readonly only: string | undefined
  /** Can a twin of the model stand there? */
  isOf(model: string): boolean
  readonly properties: ReadonlySet<string>
  /** Every change of them counts. */
  readonly all: boolean
  readonly latest: ReadonlySet<string>
  readonly series: ReadonlySet<string>
  /** Relationships that lead on from there, and those that lead there where the direction is not told; 'any': of every name. */
  readonly links: ReadonlySet<string> | 'any'
  /** Links count for the twin at their end, too. */
  readonly bothEnds: boolean
}

/** Tells whether a twin belongs to a query by its columns. */
export interface Judge {
  /** Throws the Failure that ends the query. */
  belongs(columns: Columns): boolean
  /** No twin belongs without one of these values in each of these columns: a first look that costs next to nothing. */
  readonly keys: readonly { readonly column: string; readonly values: ReadonlySet<unknown> }[]
}

/** The scenario that a live query looks at. */
export interface WatchedScenario {
  readonly id: string
  /** The numbers of itself and of those it branches off from. */
  readonly chain: readonly number[]
  /** Changes of the base are changes of it, too. */
  readonly followsBase: boolean
}

/** Can what was written into the scenario of the number, or into the base, concern who looks at this scenario, or at the base? */
export function concerns(watched: WatchedScenario | undefined, scenario: number | undefined): boolean {
  if (!watched) return scenario === undefined
  return scenario === undefined ? watched.followsBase : watched.chain.includes(scenario)
}

/** A live query, compiled: what it depends on, and how it is answered. Its store calls fail with STORE_UNAVAILABLE and TIMEOUT. */
export interface LivePlan {
  /** Undefined: the base. Only queries of the base have a judge, as columns are the base's. */
  readonly scenario: WatchedScenario | undefined
  /** The first is that of the query's own twins. */
  readonly places: readonly Place[]
  /** Relationships whose change can move its scope. */
  readonly scope: ReadonlySet<string>
  /** Which twins it has depends on more than each twin by itself: a window or a scope. `members` says which. */
  readonly isListed: boolean
  /** It was asked for in an order. */
  readonly isSorted: boolean
  /** Tells by a twin's columns; undefined: only the store can tell. */
  readonly judge: Judge | undefined
  /** The shortest time between two deltas of a twin, in ms. */
  readonly restMs: number
  /** Rows of its twins, in its order; more than the most that an answer may have tell that there are too many. */
  answer(): Promise<readonly Columns[]>
  /** Their ids alone. */
  members(): Promise<readonly string[]>
  /** Rows of those of the twins that satisfy its filter. */
  matching(ids: readonly string[]): Promise<readonly Columns[]>
  /** Its possible twins that lead to the given twins of a place; undefined: too many to go through one by one. */
  origins(place: number, ids: readonly string[]): Promise<readonly string[] | undefined>
  /** What the response has of rows; at once, where nothing else must be read for it. */
  show(rows: readonly Columns[]): readonly Shown[] | Promise<readonly Shown[]>
  /** The response to a delta, as JSON text. */
  payload(delta: Delta): string
}
