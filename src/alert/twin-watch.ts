/** Twins that satisfy a filter, as a live query tells. */
export interface TwinWatch {
  /** What happened since the last call, in order. Throws the Failure that ended it. */
  take(): readonly TwinEvent[]
  /** Resolves when it was told of all twins that satisfy the filter when it began. Rejects with the Failure that ended it. */
  ready(): Promise<void>
  close(): void
}

/** `in`: it satisfies the filter, or still does with another value. `ready`: those that satisfied it at the beginning are told. `reset`: they are told anew. */
export type TwinEvent =
  | { readonly kind: 'in'; readonly twin: string; readonly value: number | null }
  | { readonly kind: 'out'; readonly twin: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'ready' }

export interface TwinQuery {
  /** The type of the model; null: any. */
  readonly model: string | null
  readonly where: unknown
  readonly within?: unknown
  /** A property whose value is told. */
  readonly property?: string | undefined
}

export interface TwinWatches {
  /** What is wrong with a query; undefined: nothing. */
  problemOf(query: TwinQuery): string | undefined
  /** `wake` is called when there may be something to take. */
  open(query: TwinQuery, wake: () => void): TwinWatch
}
