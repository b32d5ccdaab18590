/** What the catalogue needs of the graph store: run a statement that @neo4j/graphql wrote, for reading. */
export interface CatalogueReader {
  /**
   * Resolves to the rows, columns in the statement's order. Temporal values come as ISO 8601 text, integers as numbers.
   * Fails with STORE_UNAVAILABLE, TIMEOUT.
   */
  read(text: string, parameters: Readonly<Record<string, unknown>>, options?: { signal?: AbortSignal | undefined }): Promise<readonly Readonly<Record<string, unknown>>[]>
}
