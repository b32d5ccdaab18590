/** One Cypher statement. Its text depends on the query's shape only; every value is in `parameters`, so that plans are cached. */
export interface Statement {
  readonly text: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** What the domain needs of the graph store: run a reading statement that returns exactly one record. */
export interface GraphReader {
  /** Resolves to the record as a plain object. Integers come as numbers; fails with STORE_UNAVAILABLE, TIMEOUT. */
  read(statement: Statement, options?: { signal?: AbortSignal | undefined }): Promise<Readonly<Record<string, unknown>>>
}
