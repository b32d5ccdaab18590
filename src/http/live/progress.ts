import type { Socket } from 'node:net'
import { monotonicMs } from '../../util/clock.ts'

/** Whether a peer still takes what it is sent. */
export interface Progress {
  /** Looks, and tells for how long nothing of a backlog has left: 0 where there is none. */
  stalledMs(): number
}

export function createProgress(socket: Pick<Socket, 'bytesWritten' | 'writableLength'>): Progress {
  let [left, since] = [0, monotonicMs()]
  return {
    stalledMs() {
      const now = monotonicMs()
      const sent = socket.bytesWritten - socket.writableLength // of what was written, what the system has taken
      if (socket.writableLength === 0 || sent > left) [left, since] = [sent, now]
      return now - since
    },
  }
}
