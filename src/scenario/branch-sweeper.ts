import { newId } from '../util/id.ts'
import { createRounds } from '../util/rounds.ts'

/** What sweeping needs of the graph store. */
export interface SweptStore {
  /** Takes the right to sweep for so long; false where another process has it. 0 gives it back. */
  claim(holder: string, forMs: number): Promise<boolean>
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
/** A process that ended without saying so keeps others from sweeping that long; a portion takes less. */
const claimMs = 60_000

/** Nobody can read a scenario that ended, so it does not matter how far the sweeping is: a round that was interrupted is taken up by the next, of whichever process. */
export function createBranchSweeper({ store, graceMs, everyMs, onTrouble }: BranchSweeperConfig): BranchSweeper {
  const holder = newId()
  const clear = async (scenario: number, isClosed: () => boolean): Promise<number> => {
    let cleared = 0
    while (!isClosed() && await store.claim(holder, claimMs)) {
      const some = await store.clear(scenario, portion)
      cleared += some
      if (some === 0) break
    }
    return cleared
  }
  const rounds = createRounds({ everyMs, onTrouble, async round(isClosed) {
    const ended = await store.ended(graceMs)
    let cleared = 0
    for (const scenario of ended) cleared += await clear(scenario, isClosed)
    return cleared
  } })
  return {
    sweep: rounds.now,
    async [Symbol.asyncDispose]() {
      await rounds[Symbol.asyncDispose]()
      await store.claim(holder, 0).catch(onTrouble) // the next process need not wait
    },
  }
}
