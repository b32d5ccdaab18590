import { createRounds, type Rounds } from '../util/rounds.ts'
import type { Alert } from './alert.ts'
import type { AlertBoard } from './alert-board.ts'
import type { AlertEvent, AlertStore } from './alert-store.ts'

export interface FollowAlertsConfig {
  readonly store: Pick<AlertStore, 'changed'>
  readonly board: AlertBoard
  readonly everyMs: number
  readonly onTrouble: (error: unknown) => void
}

const inOneLook = 1_000

/** Tells listeners of this process of alerts that others change. While nobody listens nothing is read. */
export function followAlerts({ store, board, everyMs, onTrouble }: FollowAlertsConfig): Rounds {
  let last: number | undefined
  const rounds = createRounds({
    everyMs, onTrouble,
    async round(isClosed) {
      if (board.listeners === 0) {
        last = undefined
        return 0
      }
      if (last === undefined) {
        last = (await store.changed(0, 0)).revision
        return 0
      }
      let sum = 0
      for (let found = inOneLook; found === inOneLook && !isClosed();) {
        const { alerts, revision } = await store.changed(last, inOneLook)
        last = revision
        board.tell(alerts.map((alert) => ({ alert, event: lastEventOf(alert) })))
        sum += found = alerts.length
      }
      return sum
    },
  })
  board.followBy(async () => { if (last === undefined) await rounds.now() })
  return rounds
}

/** What happened to it last, as far as it shows. */
export function lastEventOf({ state, occurrences }: Pick<Alert, 'state' | 'occurrences'>): AlertEvent {
  if (state !== 'OPEN') return state
  return occurrences > 1 ? 'REOPENED' : 'RAISED'
}
