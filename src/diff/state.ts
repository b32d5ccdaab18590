/** Property values by name, as the store has them: integers as text, temporal values as the driver's. */
export type StoredValues = ReadonlyMap<string, unknown>

/** A twin or a component as it was, or would be. */
export interface ThingState {
  /** DTMI. */
  readonly model: string
  readonly values: StoredValues
}

/** A twin, with its components by name. */
export interface TwinState extends ThingState {
  readonly components: ReadonlyMap<string, ThingState>
}

export interface RelationshipKey {
  /** The twin it starts from. */
  readonly from: string
  readonly name: string
  readonly id: string
}

export interface RelationshipState {
  readonly to: string
  /** Of its source, which says what its properties are; DTMI. */
  readonly model: string
  /** Of the twin it leads to. */
  readonly targetModel: string
  readonly values: StoredValues
}

/** A thing as it is in each of the two graphs that are compared; undefined where it is not there. */
export interface Pair<State> {
  readonly before: State | undefined
  readonly after: State | undefined
}

/** Two graphs of which most is the same, and what may differ. */
export interface TwoGraphs {
  /** Ids of the twins that may differ, each once, in the order of their code units. Fails with QUERY_TOO_COSTLY where they are too many. */
  twins(signal?: AbortSignal): Promise<readonly string[]>
  /** Relationships that may differ, each once, in the order of their sources, names and ids. Fails as `twins` does. */
  relationships(signal?: AbortSignal): Promise<readonly RelationshipKey[]>
  twinStates(ids: readonly string[], signal?: AbortSignal): Promise<readonly Pair<TwinState>[]>
  relationshipStates(keys: readonly RelationshipKey[], signal?: AbortSignal): Promise<readonly Pair<RelationshipState>[]>
}

/** The order of the code units, as JavaScript compares texts. */
export const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

export const byRelationship = (left: RelationshipKey, right: RelationshipKey): number => byText(left.from, right.from) || byText(left.name, right.name) || byText(left.id, right.id)
