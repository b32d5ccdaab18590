import { presentVantage } from '../domain/vantage.ts'
import { failure } from '../errors.ts'
import { isPredictionName, predictedKey } from '../prediction/prediction-series.ts'
import type { RunOutput } from '../run/run-inputs.ts'
import { resultKey } from '../simulation/result-series.ts'
import type { Microseconds, SeriesKey, Source } from '../telemetry/reading.ts'
import { seriesKind } from '../telemetry/series-kind.ts'
import type { SeenReading } from '../telemetry/series-reads.ts'
import { nearest } from '../util/nearest.ts'
import { ownerOf } from './explain-property.ts'
import type { SeenSeries } from './explain-reading.ts'
import type { Ground } from './ground.ts'
import type { LineageVantage } from './lineage-ports.ts'
import { memberOf } from './member-of.ts'
import { noDrift, noPrediction } from './no-prediction.ts'

export interface SeriesRequest {
  readonly twin: string
  /** Of a component, `component.name`. */
  readonly series: string
  readonly source?: Source | undefined
  readonly run?: string | undefined
  readonly from: LineageVantage
}

/** The series that is meant, and from where it is looked at: what runs say does not depend on that. Throws BAD_USER_INPUT. */
export async function findSeries(ground: Ground, request: SeriesRequest): Promise<SeenSeries> {
  const { run, source = isPredictionName(request.series) ? 'PREDICTED' : 'MEASURED' } = request
  if (isPredictor(request.twin)) return await unlessUnsaid(ground, seriesOfDrift(request), () => noDrift(ground, request))
  if (run !== undefined) return await seriesOfRun(ground, request, run)
  if (source === 'SIMULATED') throw failure('BAD_USER_INPUT', { message: 'Readings that are SIMULATED are each of a run. Name the run: `run: "…"`.' })
  if (isPredictionName(request.series)) return await unlessUnsaid(ground, seriesOfPredictor(request, source), () => noPrediction(ground, request))
  return await seriesOfTwin(ground, request, source)
}

/** No model says which series predictors have: there are those that have a reading. */
async function unlessUnsaid({ telemetry, signal }: Ground, series: SeenSeries, why: () => Promise<Error>): Promise<SeenSeries> {
  const [first] = await telemetry.from(series.from).firstAt([series.key], { signal })
  if (first === undefined) throw await why()
  return series
}

async function seriesOfRun(ground: Ground, { twin, series, source, from }: SeriesRequest, id: string): Promise<SeenSeries> {
  const run = await ground.run(memberOf(id).run)
  if (!run) throw failure('BAD_USER_INPUT', { message: `There is no run ${JSON.stringify(id.slice(0, 80))}. Check the id.` })
  const wanted = source ?? (run.predictor !== undefined ? 'PREDICTED' : 'SIMULATED')
  const outputs = (await ground.inputsOf(run))?.outputs ?? []
  const output = outputs.find((each) => each.twin === twin && each.name === series) ?? (run.kind === 'STREAM' ? await outputThatCame(ground, outputs, { twin, series }, id) : undefined)
  if (!output) {
    const near = nearest(series, outputs.flatMap((each) => (each.twin === twin ? [each.name] : [])))
    throw failure('BAD_USER_INPUT', { message: `The run ${JSON.stringify(id)} computes no ${series} of ${JSON.stringify(twin)}.${near === undefined ? '' : ` Did you mean ${near}?`}` })
  }
  return { key: { ...resultKey(output, id), source: wanted }, unit: output.unit, from: { ...presentVantage, scenario: from.scenario, saidUntil: undefined } }
}

/** Streams come to predict twins that they did not begin with: what there is a reading of. */
async function outputThatCame({ telemetry, signal }: Ground, outputs: readonly RunOutput[], { twin, series }: Pick<SeriesRequest, 'twin' | 'series'>, run: string): Promise<RunOutput | undefined> {
  const like = outputs.find(({ name }) => name === series)
  const output = like && { ...like, twin }
  const [first] = output ? await telemetry.from(presentVantage).firstAt([{ ...resultKey(output, run), source: 'PREDICTED' }], { signal }) : []
  return first === undefined ? undefined : output
}

/** What is watched of a predictor is kept as series of a twin that there is not. */
const isPredictor = (twin: string): boolean => twin.startsWith('predictor:')

const seriesOfDrift = ({ twin, series: name, from }: SeriesRequest): SeenSeries => ({ key: { twin, name, kind: 'float', source: 'DERIVED', run: null }, unit: null, from })

function seriesOfPredictor({ twin, series, from }: SeriesRequest, source: Source): SeenSeries {
  const key: SeriesKey = { ...predictedKey(twin, series, null), source }
  return { key, unit: null, from }
}

/** Of what is looked for where it is not. */
export const noTwin = (id: string): Error => failure('BAD_USER_INPUT', { message: `There is no twin ${JSON.stringify(id.slice(0, 80))} where you look. Check the id, \`asOf\` and \`scenario\`.` })

async function seriesOfTwin(ground: Ground, { twin: id, series, from }: SeriesRequest, source: Source): Promise<SeenSeries> {
  const { twin: owner, property: name } = ownerOf({ twin: id, property: series })
  const twin = await ground.twin(owner, from)
  if (!twin) throw noTwin(owner)
  const contents = ground.registry().get(twin.model)?.contents
  const content = contents?.get(name)
  if (content?.kind !== 'Telemetry') {
    const names = [...contents?.values() ?? []].flatMap((each) => (each.kind === 'Telemetry' ? [each.name] : []))
    const near = nearest(name, names)
    throw failure('BAD_USER_INPUT', { message: `The model ${twin.model} has no telemetry ${JSON.stringify(name.slice(0, 100))}. ${near === undefined ? `It has ${names.slice(0, 50).join(', ') || 'none'}.` : `Did you mean ${near}?`}` })
  }
  return { key: { twin: owner, name, kind: seriesKind(content.schema), source, run: null }, unit: content.unit ?? null, from }
}

/** The reading at an instant, or the last one before. */
export async function readAt({ telemetry, signal }: Ground, { key, from }: SeenSeries, at: Microseconds | undefined): Promise<SeenReading | undefined> {
  const reads = telemetry.from(from)
  const [found] = at === undefined ? await reads.latest([key], { signal }) : await reads.latestBefore([key], at + 1, { signal })
  return found
}
