/** So many may be taken at once; who comes later waits, in order, until one is given back or its signal is aborted. */
export interface Slots {
  /** Resolves to what gives it back. Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<() => void>
}

export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>()
  let free = count
  const giveBack = (): void => {
    const [next] = waiting
    if (next) next()
    else free++
  }
  return {
    async take(signal) {
      signal.throwIfAborted()
      if (free > 0) free--
      else await new Promise<void>((resolve, reject) => {
        const leave = (): void => {
          waiting.delete(enter)
          signal.removeEventListener('abort', onAbort)
        }
        const enter = (): void => {
          leave()
          resolve()
        }
        const onAbort = (): void => {
          leave()
          reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)))
        }
        waiting.add(enter)
        signal.addEventListener('abort', onAbort)
      })
      let isTaken = true
      return () => {
        if (isTaken) giveBack()
        isTaken = false
      }
    },
  }
}
