import type { Telemetry } from '../../model/model.ts'
import { storedKind } from '../../twin/stored-value.ts'

/** What the resolvers of a series need to know: which one it is. */
export interface SeriesValue {
  readonly __typename: string
  readonly twin: string
  readonly name: string
  readonly unit: string | null
  readonly semanticType: string | null
}

export function seriesOf(twin: Readonly<Record<string, unknown>>, telemetry: Telemetry): SeriesValue {
  const { name, unit = null, semanticType = null } = telemetry
  return { __typename: seriesTypeName(telemetry), twin: String(twin['_id']), name, unit, semanticType }
}

/** The kind of series that carries values of the telemetry's schema. */
export function seriesTypeName(telemetry: Telemetry): string {
  switch (storedKind(telemetry.schema)) {
    case 'float': return 'FloatSeries'
    case 'integer': return 'IntSeries'
    case 'boolean': return 'BooleanSeries'
    case 'json': case 'point': return 'JSONSeries'
    default: return 'StringSeries'
  }
}
