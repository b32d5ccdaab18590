import { runSeries, type SeriesRef } from '../domain/schema/series-value.ts'
import { failure } from '../errors.ts'
import type { Source } from '../telemetry/reading.ts'

/** The arguments by which fields of a series choose whose readings they are of. */
export interface SourceArguments {
  readonly source?: Source | null
  readonly run?: string | null
}

/** Measured ones where nothing is said, or those of the run that the series is of; PREDICTED ones of no run are those that were published. Throws BAD_USER_INPUT. */
export function chosenSeries(ref: SeriesRef, { source, run }: SourceArguments): SeriesRef {
  if (typeof run === 'string') {
    if (source !== undefined && source !== null && !isOfRuns(source)) throw failure('BAD_USER_INPUT', { message: `\`run\` names a run, and no run has readings that are ${source}. Leave out \`source\`, or give SIMULATED or PREDICTED.` })
    return runSeries(ref, run, source ?? 'SIMULATED')
  }
  if (source === undefined || source === null || source === ref.key.source) return ref
  if (source === 'SIMULATED') throw failure('BAD_USER_INPUT', { message: 'Readings that are SIMULATED are each of a run. Name the run: `run: "…"`.' })
  return { ...ref, key: { ...ref.key, source, run: null } }
}

const isOfRuns = (source: Source): source is 'SIMULATED' | 'PREDICTED' => source === 'SIMULATED' || source === 'PREDICTED'
