import { newId } from '../util/id.ts'
import { createRounds } from '../util/rounds.ts'
import { findFloor } from './retention-floor.ts'

/** What forgetting needs of the journal's store. */
export interface JournalTrimmer {
  /** Takes the right to trim for so long; false where another process has it. 0 gives it back. */
  claim(holder: string, forMs: number): Promise<boolean>
  /** Where the journal begins and ends, and the store's clock in ms since 1970. */
  state(): Promise<{ readonly floor: number; readonly head: number; readonly now: number }>
  /** The stamp of an entry; undefined where it is forgotten. */
  stampOf(seq: number): Promise<number | undefined>
  /** From now on nobody reads entries up to this one. Never lowers the floor. */
  raiseFloor(floor: number): Promise<void>
  /** Takes away at most so many entries that are not read any more; resolves to how many there were. What history needs of them stays as that. */
  clear(limit: number): Promise<number>
}

/** Forgets old entries of the journal, again and again. */
export interface JournalRetention extends AsyncDisposable {
  /** Another round now, or when the one under way is done. Resolves to how many entries were taken away. */
  trim(): Promise<number>
}

export interface JournalRetentionConfig {
  readonly trimmer: JournalTrimmer
  /** Entries are kept so many days. */
  readonly days: number
  /** At most so many are kept. */
  readonly entries: number
  /** From the end of a round to the next. */
  readonly everyMs: number
  readonly onTrouble: (error: unknown) => void
}

const dayMs = 86_400_000
/** Taken away in one transaction, which takes some ten milliseconds. */
const portion = 2_000
/** A process that ended without saying so keeps others from trimming that long; a portion takes less. */
const claimMs = 60_000

/** The floor is raised first: whoever reads knows what is gone before it is, so a reader meets a gap that is said, never a hole. */
export function createJournalRetention({ trimmer, days, entries, everyMs, onTrouble }: JournalRetentionConfig): JournalRetention {
  const holder = newId()
  const rounds = createRounds({ everyMs, onTrouble, async round(isClosed) {
    if (!await trimmer.claim(holder, claimMs)) return 0
    const { floor, head, now } = await trimmer.state()
    const next = await findFloor({ floor, head, oldest: now - days * dayMs, entries, stampOf: trimmer.stampOf })
    if (next > floor) await trimmer.raiseFloor(next)
    let cleared = 0
    while (!isClosed() && await trimmer.claim(holder, claimMs)) {
      const some = await trimmer.clear(portion)
      cleared += some
      if (some < portion) break
    }
    return cleared
  } })
  return {
    trim: rounds.now,
    async [Symbol.asyncDispose]() {
      await rounds[Symbol.asyncDispose]()
      await trimmer.claim(holder, 0).catch(onTrouble) // the next process need not wait
    },
  }
}
