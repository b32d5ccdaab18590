import { rename, stat } from 'node:fs/promises'
import { failure } from '../../errors.ts'
import { nowMicroseconds } from '../../util/clock.ts'
import { type Archive, type ArchiveConfig, openArchive } from './archive.ts'
import { createSeriesBook, type SeriesBook } from './series-book.ts'

/**
 * Opens the archive; where DuckDB's write-ahead log is damaged, as of the last checkpoint: the telemetry log is kept until then, and read again.
 * Throws DATA_DIRECTORY_IN_USE, TELEMETRY_UNAVAILABLE.
 */
export async function openOrRecover(config: ArchiveConfig, onDamage: (error: unknown, keptAs: string) => void): Promise<{ readonly archive: Archive; readonly book: SeriesBook }> {
  const open = async (): Promise<{ readonly archive: Archive; readonly book: SeriesBook }> => {
    const book = createSeriesBook()
    return { archive: await openArchive(config, book), book }
  }
  try {
    return await open()
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    if (/Could not set lock|Conflicting lock/.test(text)) throw failure('DATA_DIRECTORY_IN_USE', { message: `Another process works with the telemetry in ${config.path}.`, cause })
    const wal = `${config.path}.wal`
    if (!await stat(wal).catch(() => undefined)) throw failure('TELEMETRY_UNAVAILABLE', { message: `The telemetry file ${config.path} cannot be opened: ${text}`, cause })
    const keptAs = `${wal}.damaged-${nowMicroseconds()}`
    await rename(wal, keptAs)
    onDamage(cause, keptAs)
    return await open()
  }
}
