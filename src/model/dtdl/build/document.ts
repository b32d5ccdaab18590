import type { Element } from '../element.ts'
import { toSpecifiers } from '../read/context.ts'
import { isObject, type JsonObject } from '../read/json.ts'

/**
 * The document of one Interface: as it was written, where it was written alone. One written inside another one gets the context in force there,
 * and the other one refers to it by its id, so that each document stands for itself.
 */
export function documentOf({ json, parent, context }: Element): JsonObject {
  const document = withoutInner(json)
  return parent && context
    ? { '@context': toSpecifiers(context), ...Object.fromEntries(Object.entries(document).filter(([key]) => key !== '@context')) }
    : document
}

/** The same object where nothing changes. Recursion is bounded by the depth of documents. */
function withoutInner(json: JsonObject): JsonObject {
  let changed = false
  const entries = Object.entries(json).map(([key, value]): [string, unknown] => {
    const replaced = key.startsWith('@') ? value : replaceInner(value)
    changed ||= replaced !== value
    return [key, replaced]
  })
  return changed ? Object.fromEntries(entries) : json
}

function replaceInner(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(replaceInner)
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (!isObject(value)) return value
  return isInterface(value) ? value['@id'] : withoutInner(value)
}

const isInterface = (json: JsonObject): boolean =>
  typeof json['@id'] === 'string' &&
  [json['@type']].flat().some((type) => type === 'Interface' || (typeof type === 'string' && type.startsWith('dtmi:dtdl:class:Interface;')))
