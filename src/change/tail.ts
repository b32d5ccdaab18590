import type { Journal, JournalEntry } from './journal.ts'

/** What a reader of the tail is told, in order and without holes. */
export interface TailReader {
  /** One or more entries that were committed. */
  entries(entries: readonly JournalEntry[]): void
  /** Entries in `(from, to]` were forgotten before they could be read. */
  gap(from: number, to: number): void
}

export interface Reading {
  /** The reader is told of everything behind this. */
  readonly from: number
  end(): void
}

/**
 * The end of the journal as it grows, read once for all in the process. Commits of this process, and others that can, wake it; what nobody tells of is found by
 * looking: often while others write, seldom while they do not. With no reader it does nothing.
 */
export interface JournalTail extends AsyncDisposable {
  /** The last entry that readers were told of. */
  readonly position: number
  readonly readers: number
  /** Fails with STORE_UNAVAILABLE where the end cannot be found. */
  join(reader: TailReader): Promise<Reading>
  /** There may be new entries. */
  wake(): void
  /** Resolves when readers were told of everything that is committed by now, or it cannot be read. */
  settled(): Promise<void>
}

export interface JournalTailConfig {
  readonly journal: Journal
  readonly onTrouble: (error: unknown) => void
  readonly pageSize?: number
  /** From one look to the next, in ms, just after something was found, and after long silence. */
  readonly soonMs?: number
  readonly lateMs?: number
}

/** After a look that failed. */
const repairMs = 500
/** Each look that finds nothing makes the next so much later. */
const patience = 1.3

export function createJournalTail({ journal, onTrouble, pageSize = 2_000, soonMs = 20, lateMs = 250 }: JournalTailConfig): JournalTail {
  const readers = new Set<TailReader>()
  let position = 0
  let starting: Promise<void> | undefined
  let looking: Promise<void> | undefined
  let again = false
  let timer: NodeJS.Timeout | undefined
  let restMs = lateMs
  let isClosed = false

  const tell = (what: (reader: TailReader) => void): void => {
    for (const reader of [...readers]) {
      try {
        what(reader)
      } catch (error) {
        onTrouble(error) // the others hear of it all the same
      }
    }
  }
  /** One page; resolves to whether there may be more. */
  const readPage = async (): Promise<boolean> => {
    const entries = await journal.read(position, pageSize)
    const [first, last] = [entries[0], entries.at(-1)]
    if (!first || !last) return false
    const from = position
    position = last.seq
    if (first.seq > from + 1) tell((reader) => { reader.gap(from, first.seq - 1) })
    tell((reader) => { reader.entries(entries) })
    return entries.length === pageSize
  }
  const look = async (): Promise<void> => {
    const before = position
    let pauseMs: number | undefined
    try {
      do again = false
      while ((await readPage() || again) && readers.size > 0)
      restMs = position > before ? soonMs : Math.min(lateMs, restMs * patience)
    } catch (error) {
      pauseMs = repairMs
      onTrouble(error)
    }
    looking = undefined
    if (again && pauseMs === undefined) start()
    else schedule(pauseMs ?? restMs)
  }
  const start = (): void => {
    clearTimeout(timer)
    if (readers.size === 0 || isClosed) return
    if (looking) again = true
    else looking = look()
  }
  const schedule = (afterMs: number): void => {
    clearTimeout(timer)
    if (readers.size > 0 && !isClosed) timer = setTimeout(start, afterMs).unref()
  }

  return {
    get position() {
      return position
    },
    get readers() {
      return readers.size
    },
    async join(reader) {
      await looking
      if (readers.size === 0) await (starting ??= journal.ends().then(({ head }) => { position = Math.max(position, head) }).finally(() => { starting = undefined }))
      readers.add(reader)
      const from = position
      if (readers.size === 1) schedule(restMs) // else it is running
      return { from, end: () => { readers.delete(reader) } }
    },
    wake: start,
    async settled() {
      await looking // it may have begun before the last commit
      start()
      await looking
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      clearTimeout(timer)
      readers.clear()
      await looking
    },
  }
}
