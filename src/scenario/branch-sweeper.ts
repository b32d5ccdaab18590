import { type Claim, createClaimedRounds } from '../util/claimed-rounds.ts'

/** What sweeping needs of the graph store. */
export interface SweptStore {
  readonly claim: Claim
  /** Numbers of scenarios that ended at least so long ago and still hold something; at most a hundred, the oldest first. */
  ended(forMs: number): Promise<readonly number[]>
  /** Takes away at most so many things that the scenario holds, and every mark of it on what they were about; resolves to how many. 0: it holds nothing any more. */
  clear(scenario: number, limit: number): Promise<number>
}

/** Clears what scenarios held that were promoted or discarded. */
export interface BranchSweeper extends AsyncDisposable {
  /** Another round now, or when the one under way is done. Resolves to how many things were taken away. */
  sweep(): Promise<number>
}

export interface BranchSweeperConfig {
  readonly store: SweptStore
  /** From the end of a scenario to its sweeping, in ms: longer than an operation may take that began to read it before. */
  readonly graceMs: number
  /** From the end of a round to the next. */
  readonly everyMs: number
  readonly onTrouble: (error: unknown) => void
}

/** Taken away in one transaction, for which commits wait. */
const portion = 200

/** Nobody can read a scenario that ended, so it does not matter how far the sweeping is: a round that was interrupted is taken up by the next, of whichever process. */
export function createBranchSweeper({ store, graceMs, everyMs, onTrouble }: BranchSweeperConfig): BranchSweeper {
  const rounds = createClaimedRounds({ claim: store.claim, everyMs, onTrouble, async round({ portions }) {
    let cleared = 0
    for (const scenario of await store.ended(graceMs)) cleared += await portions(() => store.clear(scenario, portion), (some) => some === 0)
    return cleared
  } })
  return { sweep: rounds.now, [Symbol.asyncDispose]: () => rounds[Symbol.asyncDispose]() }
}
