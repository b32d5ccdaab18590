import type { Schema } from '../model/model.ts'
import { storedKind } from '../twin/stored-value.ts'
import type { SeriesKind } from './reading.ts'

/** How values of a DTDL schema lie in a series. */
export function seriesKind(schema: Schema): SeriesKind {
  const kind = storedKind(schema)
  switch (kind) {
    case 'float': case 'integer': case 'boolean': case 'json': return kind
    case 'point': return 'json'
    default: return 'text'
  }
}
