import { newId } from './id.ts'
import { createRounds, type Rounds } from './rounds.ts'

/** Takes the right to do something for so long, or renews it; false where another process has it. 0 gives it back. */
export type Claim = (holder: string, forMs: number) => Promise<boolean>

/** What a round can do. */
export interface ClaimedRound {
  /** The server is closing: the round ends early. */
  isClosed(): boolean
  /** Is the right to it this process's? Renewed by every call. */
  isMine(): Promise<boolean>
  /** Takes portions away, as long as the right is ours, until one is the last; resolves to how much there was. */
  portions(take: () => Promise<number>, isLast: (taken: number) => boolean): Promise<number>
}

export interface ClaimedRoundsConfig {
  readonly claim: Claim
  round(round: ClaimedRound): Promise<number>
  /** From the end of a round to the next. */
  readonly everyMs: number
  readonly onTrouble: (error: unknown) => void
}

/** A process that ended without saying so keeps others from the work that long; a portion takes less. */
const claimMs = 60_000

/** Rounds of which one process at a time does its part, in portions that others' commits find room between. Disposing gives the right back. */
export function createClaimedRounds({ claim, round, everyMs, onTrouble }: ClaimedRoundsConfig): Rounds {
  const holder = newId()
  const isMine = (): Promise<boolean> => claim(holder, claimMs)
  const rounds = createRounds({
    everyMs, onTrouble,
    round: (isClosed) => round({
      isClosed, isMine,
      async portions(take, isLast) {
        let sum = 0
        while (!isClosed() && await isMine()) {
          const taken = await take()
          sum += taken
          if (isLast(taken)) break
        }
        return sum
      },
    }),
  })
  return {
    now: rounds.now,
    async [Symbol.asyncDispose]() {
      await rounds[Symbol.asyncDispose]()
      await claim(holder, 0).catch(onTrouble) // the next process need not wait
    },
  }
}
