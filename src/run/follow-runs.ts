import { createRounds, type Rounds } from '../util/rounds.ts'
import type { RunBoard } from './run-board.ts'
import type { RunStore } from './run-store.ts'

export interface FollowRunsConfig {
  readonly store: Pick<RunStore, 'changed'>
  readonly board: RunBoard
  /** Of the runs that this process does, which are told of at once. */
  readonly owner: string
  readonly everyMs: number
  readonly onTrouble: (error: unknown) => void
}

const inOneLook = 1_000

/** Tells listeners of this process of runs that others do. While nobody listens nothing is read. */
export function followRuns({ store, board, owner, everyMs, onTrouble }: FollowRunsConfig): Rounds {
  let last: number | undefined
  const rounds = createRounds({
    everyMs, onTrouble,
    async round() {
      if (board.listeners === 0) {
        last = undefined
        return 0
      }
      if (last === undefined) {
        last = (await store.changed(0, 0)).revision
        return 0
      }
      const { runs, revision } = await store.changed(last, inOneLook)
      last = revision
      board.tell(runs.filter(({ phase }) => !('owner' in phase) || phase.owner !== owner))
      return runs.length
    },
  })
  board.followBy(async () => { if (last === undefined) await rounds.now() })
  return rounds
}
