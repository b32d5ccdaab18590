import type { SeriesKey } from '../telemetry/reading.ts'
import { componentId } from '../twin/state.ts'
import type { OutputSeries } from './engine.ts'

/** The run that series of a sweep's member are under, where a sweep keeps them: `<run>:<member>`. */
export const memberRun = (run: string, member: number | undefined): string => (member === undefined ? run : `${run}:${member}`)

/** Where results are kept: beside what is measured, of the run. Components are twins of the store; names of telemetry have no dots. */
export function resultKey({ twin, name, kind }: Pick<OutputSeries, 'twin' | 'name' | 'kind'>, run: string): SeriesKey {
  const dot = name.lastIndexOf('.')
  return { twin: dot < 0 ? twin : componentId(twin, name.slice(0, dot)), name: name.slice(dot + 1), kind, source: 'SIMULATED', run }
}
