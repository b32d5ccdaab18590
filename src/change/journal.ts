/** What an entry of the journal tells of. Those of models and scenarios carry the model's or the scenario's id where others carry a twin's. */
export type JournalOp =
  | 'create' | 'update' | 'migrate' | 'delete' | 'link' | 'relink' | 'unlink' | 'override'
  | 'scenario-created' | 'scenario-promoted' | 'scenario-discarded'
  | 'model-published' | 'model-deprecated' | 'model-retired' | 'model-exposed' | 'model-hidden'

/** One change, as it was committed. */
export interface JournalEntry {
  /** Its place: whole numbers from 1 without holes, in the order of commits, the same for every process. */
  readonly seq: number
  /** The stamp of its transaction, in ms since 1970, which never decreases along `seq`. */
  readonly at: number
  readonly op: JournalOp
  /** The twin, the component (`twin#component`), the source of the relationship, or the model. */
  readonly id: string
  readonly actor: string
  /** The mutation that did it. */
  readonly cause: string
  /** DTMI of the twin that changed, of a migrated one its former; of a relationship's, its source; of a component's, its owner. Of models: absent. */
  readonly model?: string
  /** The name of the component whose properties were updated; `id` is then `twin#component`. */
  readonly component?: string
  /** What was given, as JSON text: the values of what was created, components under their names; the merge patch of an update; of an override, each telemetry with how it is overridden now, null: not any more. */
  readonly patch?: string
  /** Of relationships: name, target and id. */
  readonly type?: string
  readonly target?: string
  readonly relationship?: string
  /** The number of the scenario it was written into; absent: the base. Who follows the base passes these over. */
  readonly scenario?: number
  /** Properties of a twin, component or relationship before it was updated or migrated, by name, integers as text; only where they were asked for. */
  readonly before?: Readonly<Record<string, unknown>>
}

/** Where the journal begins and ends by now. */
export interface JournalEnds {
  /** Entries up to this one are forgotten; 0: none is. */
  readonly floor: number
  /** The last entry; 0: there is none. */
  readonly head: number
}

export interface JournalReadOptions {
  /** Whether `before` is wanted. */
  readonly withBefore?: boolean
  /** Whether `patch` is wanted, which it is unless said otherwise; those of migrations and overrides always come. */
  readonly withPatch?: boolean
  readonly signal?: AbortSignal | undefined
}

/** The order of all changes of a tenant. */
export interface Journal {
  /** Entries behind a place, in order and without holes; at most `limit`, and fewer where their values are large. Of what is forgotten, nothing: it goes on behind the floor. */
  read(after: number, limit: number, options?: JournalReadOptions): Promise<readonly JournalEntry[]>
  ends(options?: { readonly signal?: AbortSignal | undefined }): Promise<JournalEnds>
}
