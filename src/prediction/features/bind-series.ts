import type { RunOutput } from '../../run/run-inputs.ts'
import { type Affine, affineOf } from '../../simulation/affine.ts'
import { resultKey } from '../../simulation/result-series.ts'
import { type SeriesKey, seriesKeyText } from '../../telemetry/reading.ts'
import { componentId } from '../../twin/state.ts'
import { nearest } from '../../util/nearest.ts'
import type { FeatureSource, FeatureSpec } from '../feature.ts'
import { predictedKey } from '../prediction-series.ts'
import type { BindProblems } from './bind-problems.ts'
import type { BoundSeries } from './bound-features.ts'
import type { FeatureContent } from './feature-content.ts'

/** The run whose results features with the source SIMULATED or RESIDUAL read. */
export interface BoundSimulation {
  readonly run: string
  readonly outputs: readonly RunOutput[]
}

/** Series of bound features, each once. */
export interface SeriesBook {
  /** Places of the series that a feature reads of a twin; undefined where something is wrong, which is told. */
  add(spec: FeatureSpec, twin: string, content: FeatureContent): { readonly series: number; readonly minus: number | undefined } | undefined
  all(): readonly BoundSeries[]
}

const mostSeries = 200_000

export function createSeriesBook(simulation: BoundSimulation | undefined, problems: BindProblems): SeriesBook {
  const series: BoundSeries[] = []
  const places = new Map<string, number>()
  const outputs = new Map<string, ReadonlyMap<string, RunOutput>>([...Map.groupBy(simulation?.outputs ?? [], ({ twin }) => twin)].map(([twin, all]) => [twin, new Map(all.map((output) => [output.name, output]))]))
  let isFull = false

  const placeOf = (key: SeriesKey, { affine, encode }: Pick<FeatureContent, 'affine' | 'encode'>): number | undefined => {
    const text = `${seriesKeyText(key)}${JSON.stringify([affine, encode])}`
    const known = places.get(text)
    if (known !== undefined) return known
    if (series.length >= mostSeries) {
      if (!isFull) problems.add('TOO_LARGE', {}, `The features read more than ${mostSeries.toLocaleString('en')} series. Ask of fewer twins at a time, or take shorter paths.`)
      isFull = true
      return undefined
    }
    places.set(text, series.length)
    return series.push({ key, affine, encode }) - 1
  }
  const simulated = (spec: FeatureSpec, name: string, twin: string, content: FeatureContent): number | undefined => {
    const wrong = (code: 'MISSING_INPUT' | 'WRONG_UNIT', message: string): undefined => { problems.add(code, { spec, twin }, message) }
    if (!simulation) return wrong('MISSING_INPUT', 'it reads what a simulation says: give `simulation`, the id of a run.')
    const output = outputs.get(twin)?.get(name)
    if (!output) {
      const near = nearest(name, outputs.get(twin)?.keys() ?? [])
      return wrong('MISSING_INPUT', `the simulation ${JSON.stringify(simulation.run)} says nothing of ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`)
    }
    const affine = convert(output.unit ?? content.unit, spec.unit ?? content.unit)
    return affine ? placeOf(resultKey(output, simulation.run), { affine: isSame(affine) ? undefined : affine, encode: content.encode }) : wrong('WRONG_UNIT', `what the simulation says of ${name} is in ${output.unit}, which cannot be converted into ${spec.unit ?? content.unit}.`)
  }
  return {
    all: () => series,
    add(spec, twin, content) {
      const { source, name } = telemetryOf(spec)
      if (source === 'SIMULATED') return pair(simulated(spec, name, twin, content))
      if (source === 'PREDICTED') return pair(placeOf({ ...predictedKey(twin, name, null), kind: content.seriesKind }, content))
      const owner = content.component === undefined ? twin : componentId(twin, content.component)
      const measured = placeOf({ twin: owner, name: content.name, kind: content.seriesKind, source: 'MEASURED', run: null }, content)
      if (source === 'MEASURED' || measured === undefined) return pair(measured)
      const minus = simulated(spec, name, twin, content)
      return minus === undefined ? undefined : { series: measured, minus }
    },
  }
}

type Read = Pick<Extract<FeatureSource, { readonly kind: 'telemetry' }>, 'source' | 'name'>

/** A property of others may be a telemetry of this twin: then what was measured of it is read. */
const telemetryOf = ({ of }: FeatureSpec): Read => (of.kind === 'telemetry' ? of : { source: 'MEASURED', name: of.kind === 'property' ? of.name : '' })

const pair = (series: number | undefined): { readonly series: number; readonly minus: undefined } | undefined => (series === undefined ? undefined : { series, minus: undefined })

const isSame = ({ scale, shift }: Affine): boolean => scale === 1 && shift === 0

const convert = (from: string | undefined, to: string | undefined): Affine | undefined => (from === undefined || to === undefined ? { scale: 1, shift: 0 } : affineOf(from, to))
