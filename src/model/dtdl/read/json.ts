import { within, type Place } from './place.ts'
import { shown, type Report } from './report.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

export interface Placed<T = unknown> {
  readonly value: T
  readonly place: Place
}

/** In JSON-LD a single value stands for a set of one, and sets inside sets dissolve. */
export function toValues(value: unknown, place: Place): readonly Placed[] {
  if (!Array.isArray(value)) return [{ value, place }]
  return value.flatMap((item: unknown, index) => toValues(item, within(place, index)))
}

/** The top-level objects of a document: one object, an array of them, or the text of either, which may begin with a byte-order mark. */
export function openDocument(document: unknown, index: number, report: Report): readonly Placed<JsonObject>[] {
  const place: Place = { document: index }
  const json = typeof document === 'string' ? parse(document, place, report) : { value: document }
  if (!json || isTooDeep(json.value, place, report)) return []
  return toValues(json.value, place).flatMap((item) => {
    if (isObject(item.value)) return [{ value: item.value, place: item.place }]
    report.add(item.place, 'notJsonObject', `A document is an Interface (a JSON object) or an array of them; this is ${shown(item.value)}.`)
    return []
  })
}

function parse(text: string, place: Place, report: Report): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as unknown }
  } catch (error) {
    report.add(place, 'invalidJson', `The text is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'it cannot be read'}.`)
    return undefined
  }
}

/** DTDL's own limits allow a tenth of it. */
const deepest = 500

/** Everything after this may recurse, since nothing is deeper than `deepest`. */
function isTooDeep(json: unknown, place: Place, report: Report): boolean {
  let level: readonly unknown[] = [json]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) {
      report.add(place, 'nestedTooDeeply', `The document nests more than ${deepest} levels deep; no DTDL does.`)
      return true
    }
    const next: unknown[] = []
    for (const value of level)
      if (typeof value === 'object' && value !== null)
        for (const item of Object.values(value)) if (typeof item === 'object' && item !== null) next.push(item)
    level = next
  }
  return false
}
