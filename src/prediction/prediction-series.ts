import type { SeriesKey } from '../telemetry/reading.ts'
import { componentId } from '../twin/state.ts'

/**
 * Where predictions are kept. Names of telemetry have neither `@` nor `~`:
 * | series | name |
 * |---|---|
 * | of a telemetry that is predicted | `flow` |
 * | of an output that is none | `score@leak-detector` |
 * | bounds of an interval | `flow~lower`, `flow~upper`, `score@leak-detector~lower` |
 * | what a telemetry of a twin contributes to an output | `flow~score@leak-detector` |
 * | drift, of the pseudo-twin `predictor:leak-detector;3` | `psi~pressure`, `ks~pressure`, `ks-p~pressure` (its probability without drift), `page-hinkley~pressure`, `numbers~pressure` (what they were measured on) |
 *
 * Each prediction is kept under its run. What an ACTIVE predictor says of the base is published as well: under no run, with the origin `run:<id>`, the last word winning,
 * so that it can be read over time, subscribed to and alerted on whichever run it came from.
 */
export const ownSeriesName = (output: string, predictor: string): string => `${output}@${predictor}`

export const boundName = (name: string, bound: 'lower' | 'upper'): string => `${name}~${bound}`

export const contributionName = (telemetry: string, series: string): string => `${telemetry}~${series}`

/** No telemetry of a model has such a name. */
export const isPredictionName = (name: string): boolean => /[@~]/.test(name)

export const driftMeasures = ['psi', 'ks', 'ks-p', 'page-hinkley', 'numbers'] as const
export type DriftMeasure = typeof driftMeasures[number]

/** Kept as source DERIVED, under no run. */
export const driftKey = (predictor: string, measure: DriftMeasure, feature: string): SeriesKey =>
  ({ twin: `predictor:${predictor}`, name: `${measure}~${feature}`, kind: 'float', source: 'DERIVED', run: null })

/** `name` of a component's telemetry: `component.name`. */
export function predictedKey(twin: string, name: string, run: string | null): SeriesKey {
  const [base = name, ...marks] = name.split(/(?=[@~])/)
  const dot = base.lastIndexOf('.')
  return { twin: dot < 0 ? twin : componentId(twin, base.slice(0, dot)), name: [base.slice(dot + 1), ...marks].join(''), kind: 'float', source: 'PREDICTED', run }
}

/** As cards call it: of a component's telemetry `component.name`. */
export const nameInCard = ({ twin, name }: Pick<SeriesKey, 'twin' | 'name'>): string => (twin.includes('#') ? `${twin.slice(twin.indexOf('#') + 1)}.${name}` : name)

export const originOfRun = (run: string): string => `run:${run}`

/** The run that published a reading. */
export const runOfOrigin = (origin: string | null): string | undefined => (origin?.startsWith('run:') ? origin.slice(4) : undefined)
