import type { Schema } from '../../model/model.ts'
import { encodeValue } from '../../twin/encode-value.ts'
import { listElementKind, type StoredKind, storedKind } from '../../twin/stored-value.ts'

/** A given value that conforms to the schema, as it will be read back: what a patch said becomes comparable with what the store says. */
export function toNormalJson(schema: Schema, value: unknown): unknown {
  const element = listElementKind(schema)
  if (element) return Array.isArray(value) ? value.map((item) => normal(element, item)) : value
  const kind = storedKind(schema)
  return kind === 'json' ? JSON.parse(encodeValue(schema, value) as string) as unknown : normal(kind, value)
}

function normal(kind: Exclude<StoredKind, 'json'>, value: unknown): unknown {
  switch (kind) {
    case 'float': return Number(value)
    case 'integer': return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
    case 'boolean': return value
    case 'string': return String(value)
    case 'date': return value
    case 'time': case 'dateTime': return normalClock(String(value))
    case 'point': return { type: 'Point', coordinates: (value as { readonly coordinates: readonly number[] }).coordinates }
  }
}

/** No more decimals of a second than it needs, nine at most; `Z` in the place of a zero offset. */
function normalClock(text: string): string {
  return text.toUpperCase()
    .replace(/\.(\d{1,9})\d*/, (_, digits: string) => `.${digits}`.replace(/\.?0+$/, ''))
    .replace(/[+-]00:00$/, 'Z')
}
