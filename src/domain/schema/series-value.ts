import type { Telemetry } from '../../model/model.ts'
import type { SeriesKey, SeriesKind } from '../../telemetry/reading.ts'
import { seriesKind } from '../../telemetry/series-kind.ts'

/** What the resolvers of a series need to know: which one it is. */
export interface SeriesRef {
  readonly __typename: string
  readonly key: SeriesKey
  readonly name: string
  readonly unit: string | null
  readonly semanticType: string | null
}

export function seriesOf(twin: Readonly<Record<string, unknown>>, telemetry: Telemetry): SeriesRef {
  const { name, unit = null, semanticType = null } = telemetry
  const kind = seriesKind(telemetry.schema)
  return { __typename: typeNames[kind], key: { twin: String(twin['_id']), name, kind, source: 'MEASURED', run: null }, name, unit, semanticType }
}

/** The kind of series that carries values of the telemetry's schema. */
export const seriesTypeName = ({ schema }: Telemetry): string => typeNames[seriesKind(schema)]

const typeNames: Readonly<Record<SeriesKind, string>> = { float: 'FloatSeries', integer: 'IntSeries', boolean: 'BooleanSeries', text: 'StringSeries', json: 'JSONSeries' }
