import type { Telemetry } from '../../model/model.ts'
import { isPredictionName, predictedKey } from '../../prediction/prediction-series.ts'
import type { SeriesKey, SeriesKind } from '../../telemetry/reading.ts'
import { seriesKind } from '../../telemetry/series-kind.ts'
import { componentId, isObject } from '../../twin/state.ts'
import { presentVantage, type Vantage } from '../vantage.ts'

/** What the resolvers of a series need to know: which one it is, and from where it is looked at. */
export interface SeriesRef {
  readonly __typename: string
  readonly key: SeriesKey
  readonly vantage: Vantage
  readonly name: string
  readonly unit: string | null
  readonly semanticType: string | null
}

export function seriesOf(twin: Readonly<Record<string, unknown>>, telemetry: Telemetry): SeriesRef {
  const { name, unit = null, semanticType = null } = telemetry
  const kind = seriesKind(telemetry.schema)
  return { __typename: typeNames[kind], key: { twin: String(twin['_id']), name, kind, source: 'MEASURED', run: null }, vantage: vantageOfRow(twin), name, unit, semanticType }
}

/** A series that predictors keep beside the telemetry of a model; null where it is no name of one. */
export const ownSeriesOf = (twin: Readonly<Record<string, unknown>>, name: string): SeriesRef | null =>
  (isPredictionName(name) ? { __typename: typeNames.float, key: predictedKey(String(twin['_id']), name, null), vantage: vantageOfRow(twin), name, unit: null, semanticType: null } : null)

/** A telemetry as engines name it: of a component's `component.telemetry`. */
export interface NamedSeries {
  readonly twin: string
  readonly name: string
  readonly kind: SeriesKind
  readonly unit?: string | null | undefined
  readonly semanticType?: string | null | undefined
}

/** The same without a row of the twin, which need not exist any more. */
export function seriesRefOf({ twin, name: full, kind, unit, semanticType }: NamedSeries): SeriesRef {
  const dot = full.lastIndexOf('.')
  const name = full.slice(dot + 1)
  const key: SeriesKey = { twin: dot < 0 ? twin : componentId(twin, full.slice(0, dot)), name, kind, source: 'MEASURED', run: null }
  return { __typename: typeNames[kind], key, vantage: presentVantage, name, unit: unit ?? null, semanticType: semanticType ?? null }
}

/** The same of a run: what it says does not depend on from where it is looked at. */
export const runSeries = (ref: SeriesRef, run: string, source: 'SIMULATED' | 'PREDICTED' = 'SIMULATED'): SeriesRef =>
  ({ ...ref, key: { ...ref.key, source, run }, vantage: presentVantage })

/** From where a twin's row was read, as the row itself says where that is not here and now. */
export function vantageOfRow({ _vantage: given }: Readonly<Record<string, unknown>>): Vantage {
  if (!isObject(given)) return presentVantage
  const instant = (name: string): number | undefined => (typeof given[name] === 'number' ? given[name] : undefined)
  const chain = Array.isArray(given['chain']) ? given['chain'].map(Number) : []
  return { at: instant('at'), chain, readingsUntil: instant('readingsUntil'), knownUntil: instant('knownUntil') }
}

/** The kind of series that carries values of the telemetry's schema. */
export const seriesTypeName = ({ schema }: Telemetry): string => typeNames[seriesKind(schema)]

export const seriesTypeOf = (kind: SeriesKind): string => typeNames[kind]

const typeNames: Readonly<Record<SeriesKind, string>> = { float: 'FloatSeries', integer: 'IntSeries', boolean: 'BooleanSeries', text: 'StringSeries', json: 'JSONSeries' }
