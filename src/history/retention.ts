import { type Claim, createClaimedRounds } from '../util/claimed-rounds.ts'

/** What forgetting needs of the store of history. Instants in ms since 1970, by the store's clock. */
export interface HistoryTrimmer {
  readonly claim: Claim
  state(): Promise<{
    readonly now: number
    /** When the earliest instant was raised last. */
    readonly raisedAt: number
    /** Whether something from before the earliest instant is still there. */
    readonly isPending: boolean
  }>
  /**
   * From now on nothing before this instant is read, or before an earlier one: that of the journal's oldest entry, which needs what it tells of, or of an open
   * scenario that looks at the graph as of it. False where nothing would be forgotten by that; then all stays as it is.
   */
  raise(past: number): Promise<boolean>
  /** Forgets at most so many changes from before the earliest instant, and what only they held; resolves to how many. Who set what last in a living twin stays. */
  clear(limit: number): Promise<number>
}

/** Forgets what is too old of the graph's past, again and again. */
export interface HistoryRetention extends AsyncDisposable {
  /** Another round now, or when the one under way is done. Resolves to how many changes were forgotten. */
  trim(): Promise<number>
}

export interface HistoryRetentionConfig {
  readonly trimmer: HistoryTrimmer
  /** Every instant of so many days can be read. */
  readonly days: number
  /** From raising the earliest instant to taking anything away, in ms: longer than any operation that may have been let in before. */
  readonly graceMs: number
  /** From the end of a round to the next. */
  readonly everyMs: number
  readonly onTrouble: (error: unknown) => void
}

const dayMs = 86_400_000
/** Forgotten in one transaction. */
const portion = 500

/**
 * The earliest instant is raised a good while before anything is taken away: a read that was let in before finds all it needs. Mostly that means that a round
 * forgets what the round before has closed.
 */
export function createHistoryRetention({ trimmer, days, graceMs, everyMs, onTrouble }: HistoryRetentionConfig): HistoryRetention {
  const rounds = createClaimedRounds({ claim: trimmer.claim, everyMs, onTrouble, async round({ isClosed, isMine, portions }) {
    if (!await isMine()) return 0
    const clearAll = (): Promise<number> => portions(() => trimmer.clear(portion), (cleared) => cleared === 0)
    const { now, raisedAt, isPending } = await trimmer.state()
    if (isPending && now < raisedAt + graceMs) return 0
    const cleared = isPending ? await clearAll() : 0
    if (isClosed()) return cleared
    const isRaised = await trimmer.raise(now - days * dayMs)
    return isRaised && graceMs === 0 ? cleared + await clearAll() : cleared
  } })
  return { trim: rounds.now, [Symbol.asyncDispose]: () => rounds[Symbol.asyncDispose]() }
}
