import { createRounds, type Rounds } from '../util/rounds.ts'
import type { AlertStore } from './alert-store.ts'
import type { ChannelStore } from './channel.ts'

export interface ForgetAlertsConfig {
  readonly alerts: Pick<AlertStore, 'forget'>
  readonly channels: Pick<ChannelStore, 'forget'>
  /** Alerts that were resolved, and messages that were delivered or given up, are kept so many days. */
  readonly days: number
  readonly everyMs: number
  /** Ms since 1970. */
  readonly now: () => number
  readonly onTrouble: (error: unknown) => void
}

const [portion, dayMs] = [1_000, 86_400_000]

/** Forgets alerts that were over long ago, in portions that others find room between. */
export function forgetAlerts({ alerts, channels, days, everyMs, now, onTrouble }: ForgetAlertsConfig): Rounds {
  return createRounds({
    everyMs, onTrouble,
    async round(isClosed) {
      const before = now() - days * dayMs
      let sum = 0
      for (const each of [alerts, channels]) {
        for (let gone = portion; gone === portion && !isClosed();) sum += gone = await each.forget(before, portion)
      }
      return sum
    },
  })
}
