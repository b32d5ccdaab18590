import { isOwnSeries } from '../scenario/override.ts'
import type { SeriesKey } from './reading.ts'

/** Whether what a run says lies there: not what somebody measured, nor what a scenario says in its place. */
export const isOfRun = (key: SeriesKey): boolean => key.run !== null && (key.source === 'SIMULATED' || key.source === 'PREDICTED') && !isOwnSeries(key)

/** Whether it is one of these runs, or a member of one, `<run>:<member>`. */
export function isOfAny({ run }: SeriesKey, runs: ReadonlySet<string>): boolean {
  if (run === null) return false
  const colon = run.lastIndexOf(':')
  return runs.has(run) || (colon > 0 && runs.has(run.slice(0, colon)))
}
