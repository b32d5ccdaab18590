import { type Claim, createClaimedRounds } from '../util/claimed-rounds.ts'
import { findFloor } from './retention-floor.ts'

/** What forgetting needs of the journal's store. */
export interface JournalTrimmer {
  readonly claim: Claim
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

/** The floor is raised first: whoever reads knows what is gone before it is, so a reader meets a gap that is said, never a hole. */
export function createJournalRetention({ trimmer, days, entries, everyMs, onTrouble }: JournalRetentionConfig): JournalRetention {
  const rounds = createClaimedRounds({ claim: trimmer.claim, everyMs, onTrouble, async round({ isMine, portions }) {
    if (!await isMine()) return 0
    const { floor, head, now } = await trimmer.state()
    const next = await findFloor({ floor, head, oldest: now - days * dayMs, entries, stampOf: trimmer.stampOf })
    if (next > floor) await trimmer.raiseFloor(next)
    return await portions(() => trimmer.clear(portion), (cleared) => cleared < portion)
  } })
  return { trim: rounds.now, [Symbol.asyncDispose]: () => rounds[Symbol.asyncDispose]() }
}
