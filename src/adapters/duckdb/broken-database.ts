import type { Appended } from '../../telemetry/telemetry-store.ts'

/** After an internal or a fatal error DuckDB refuses every statement until it is opened anew. */
export const isOfInvalidDatabase = (error: unknown): error is Error => error instanceof Error && /FATAL Error|INTERNAL Error|database has been invalidated|column segment tree/.test(error.message)

/**
 * Whether an error says that what DuckDB holds in memory of a table is not to be worked with any more, though its files are sound.
 *
 * A commit that fails for want of memory or of disk leaves its rows half in their table: DuckDB 1.5 does not take them out again. What was committed before is
 * read as it was, but the next append to that table mixes up columns or, where the failed one had begun another row group, ends in "Could not find node in
 * column segment tree", a fatal error.
 */
export const isOfBrokenDatabase = (error: unknown): error is Error => isOfInvalidDatabase(error) || (error instanceof Error && error.message.includes('Failed to commit'))

/** The batch is in the log, but not in memory: whoever opens the store anew from the log sees it. */
export class DurableButUnseen extends Error {
  readonly appended: Appended

  constructor(appended: Appended, cause: unknown) {
    super('The readings are in the telemetry log; the database in memory could not take them.', { cause })
    this.appended = appended
  }
}
