import { monotonicMs } from '../../util/clock.ts'

/** Someone with things to send. */
export interface Sender {
  /** Sends a few; true: there is more to send at once. */
  sendSome(): boolean
}

/** Lets everyone who has things to send do so in turn. */
export interface Turns {
  /** The sender's turn will come; once, however often it was asked for. */
  ask(sender: Sender): void
  /** The sender is gone. */
  forget(sender: Sender): void
  readonly waiting: number
}

/** How long others wait: requests, commits, timers. */
const sliceMs = 5

/**
 * One queue for all connections of the process. A change that thousands subscribe to makes thousands of senders ready at once; each with a callback of its
 * own would hold the process until the last has sent. After a slice of time the event loop goes round once.
 */
export function createTurns(): Turns {
  const queue = new Set<Sender>()
  let isScheduled = false

  const schedule = (): void => {
    if (isScheduled || queue.size === 0) return
    isScheduled = true
    setImmediate(run)
  }
  const run = (): void => {
    isScheduled = false
    const end = monotonicMs() + sliceMs
    for (const sender of queue) { // one that is added again comes after all others
      queue.delete(sender)
      if (sender.sendSome()) queue.add(sender)
      if (monotonicMs() > end) break
    }
    schedule()
  }
  return {
    ask(sender) {
      queue.add(sender)
      schedule()
    },
    forget: (sender) => { queue.delete(sender) },
    get waiting() {
      return queue.size
    },
  }
}
