import type { Claim } from '../util/claimed-rounds.ts'
import { monotonicMs } from '../util/clock.ts'
import { newId } from '../util/id.ts'

/** What one process does for all, while it is its turn. */
export interface Duty {
  /** What there is to do by now, as long as it may stay. Where it fails, another duty begins. */
  round(mayStay: () => Promise<boolean>): Promise<unknown>
  /** Twins that were deleted; undefined: nobody knows which. */
  twinsChanged(ids: Iterable<string> | undefined): void
  /** What is waited for is waited for no more: a round under way ends, in one way or another. */
  close(): Promise<void>
}

export interface AlertKeeperConfig {
  readonly claim: Claim
  readonly createDuty: (wake: () => void) => Duty
  /** How long others wait for a process that ended without saying so. */
  readonly leaseMs: number
  /** From one round to the next, where nobody wakes it. */
  readonly everyMs: number
  readonly onTrouble: (error: unknown, what: string) => void
}

/** Judges as long as the process lives, when it is this one's turn. Disposing ends the round under way, and gives the right to others. */
export interface AlertKeeper extends AsyncDisposable {
  /** There may be something to judge. */
  wake(): void
  /** Whether this process judges. */
  readonly isMine: boolean
  twinsChanged(ids: Iterable<string> | undefined): void
}

const [soonestRetryMs, latestRetryMs] = [100, 10_000]

export function createAlertKeeper({ claim, createDuty, leaseMs, everyMs, onTrouble }: AlertKeeperConfig): AlertKeeper {
  const holder = newId()
  let duty: Duty | undefined
  let isClosed = false
  let isAsked = true
  let claimedUntil = Number.NEGATIVE_INFINITY
  let retryMs = 0
  let rouse = (): void => undefined

  const wake = (): void => {
    isAsked = true
    if (retryMs === 0) rouse()
  }
  const drop = async (): Promise<void> => {
    const former = duty
    duty = undefined
    await former?.close()
  }
  const rest = (ms: number): Promise<void> => new Promise((resolve) => {
    const timer = setTimeout(resolve, ms).unref()
    rouse = () => {
      clearTimeout(timer)
      resolve()
    }
    if (isClosed || (isAsked && retryMs === 0)) rouse()
  })
  /** By this machine's clock, which goes as fast as the store's. */
  const mine = async (): Promise<boolean> => {
    if (isClosed) return false
    if (monotonicMs() >= claimedUntil - leaseMs / 3) await renew()
    return monotonicMs() < claimedUntil && !isClosed
  }
  const renew = async (): Promise<void> => {
    const now = monotonicMs()
    claimedUntil = await claim(holder, leaseMs) ? now + leaseMs : Number.NEGATIVE_INFINITY
  }
  const turn = async (): Promise<void> => {
    if (!await mine()) {
      await drop()
      return
    }
    isAsked = false
    duty ??= createDuty(wake)
    const beat = setInterval(() => void renew().catch(() => undefined), leaseMs / 3).unref() // whoever asks next whether it is ours is told of what is wrong
    try {
      await duty.round(mine)
    } finally {
      clearInterval(beat)
    }
  }
  const run = async (): Promise<void> => {
    while (!isClosed) {
      try {
        await turn()
        retryMs = 0
      } catch (error) {
        claimedUntil = Number.NEGATIVE_INFINITY // it may be another's by now
        await drop()
        if (isClosed) return
        if (retryMs === 0) onTrouble(error, 'rules cannot be judged; it is tried again') // once for an outage
        retryMs = Math.min(Math.max(soonestRetryMs, 2 * retryMs), latestRetryMs)
      }
      if (!duty && retryMs === 0) isAsked = false // another process judges
      await rest(retryMs || (duty ? everyMs : leaseMs / 4))
    }
  }
  const running = run()
  return {
    wake,
    get isMine() { return duty !== undefined },
    twinsChanged(ids) {
      duty?.twinsChanged(ids)
      wake()
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      rouse()
      await Promise.all([drop(), running])
      await drop()
      await claim(holder, 0).catch((error: unknown) => { onTrouble(error, 'others have to wait before they judge') })
    },
  }
}
