import type { Received } from './telemetry-store.ts'

/** Which latest value on a twin, or component, may be another. */
export interface LatestChange {
  readonly twin: string
  readonly name: string
}

export interface LatestChangesConfig {
  /** Tells what this process wrote onto twins. */
  readonly onProjected: (listener: (changes: readonly LatestChange[]) => void) => () => void
  /** Tells of what other processes receive, too; undefined where none shares the store. */
  readonly onReceived: ((listener: (readings: readonly Received[]) => void) => () => void) | undefined
}

/** A process writes latest values at most two seconds after it received them; nobody tells the others when it did. So they look after each of these rounds. */
const [roundMs, rounds] = [1_500, 3]

/** Latest values as they change on twins, whichever process writes them; returns how to stop listening. */
export function createLatestChanges({ onProjected, onReceived }: LatestChangesConfig): (listener: (changes: readonly LatestChange[]) => void) => () => void {
  return (listener) => {
    const endOwn = onProjected(listener)
    if (!onReceived) return endOwn
    const waiting = Array.from({ length: rounds }, () => new Map<string, LatestChange>())
    const endForeign = onReceived((readings) => {
      for (const { series: { twin, name, source } } of readings) if (source === 'MEASURED') waiting[0]?.set(JSON.stringify([twin, name]), { twin, name })
    })
    const timer = setInterval(() => {
      const all = new Map(waiting.flatMap((round) => [...round]))
      if (all.size > 0) listener([...all.values()])
      waiting.unshift(new Map())
      waiting.pop()
    }, roundMs).unref()
    return () => {
      endOwn()
      endForeign()
      clearInterval(timer)
    }
  }
}
